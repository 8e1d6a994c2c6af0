"""Divergences between softmaxes against loops over all pairs of samples."""

import numpy as np
import pytest
from scipy.special import rel_entr, softmax

from shiftscope.explain.paths.counting.map_inputs import MapInputs
from shiftscope.explain.paths.measures.softmax_divergences import softmax_divergences

CATEGORIES = 5  # of which 1 has no sample and 3 has one
LABELS = np.array([0] * 6 + [-1] * 3 + [2] * 9 + [3] + [4] * 4 + [0] * 3)


def made(kind=np.float64, spread=1.0):
    responses = np.random.default_rng(0).normal(size=(len(LABELS), 20)) * spread
    return MapInputs.of_arrays(responses.astype(kind), np.random.default_rng(1).permutation(LABELS))


def of_pairs(entering):
    """(category, category) mean over pairs of two different samples."""
    shares = softmax(entering.responses.astype(np.float64), axis=1)
    means = np.full((CATEGORIES, CATEGORIES), np.nan)
    for a in range(CATEGORIES):
        for b in range(CATEGORIES):
            pairs = [
                rel_entr(shares[i], shares[j]).sum()
                for i in np.flatnonzero(entering.labels == a)
                for j in np.flatnonzero(entering.labels == b)
                if i != j
            ]
            means[a, b] = np.mean(pairs) if pairs else np.nan
    return means


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("at_once", [1, 4, 64])
def test_the_means_are_those_over_all_pairs(kind, at_once, monkeypatch):
    # Sums in double precision, of terms up to ln 20 + 3: a few units in the 15th digit of the terms.
    monkeypatch.setattr("shiftscope.explain.paths.measures.softmax_divergences.AT_ONCE", at_once)
    monkeypatch.setattr("shiftscope.explain.paths.counting.map_inputs.AT_ONCE", 3 * at_once)
    entering = made(kind)
    np.testing.assert_allclose(
        softmax_divergences(entering, CATEGORIES).means, of_pairs(entering), rtol=1e-12, atol=1e-13
    )


def test_shares_too_small_for_a_number_add_nothing():
    entering = made(spread=300.0)
    found = softmax_divergences(entering, CATEGORIES).means
    logs = entering.responses - entering.responses.max(axis=1, keepdims=True)
    logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
    [one] = np.flatnonzero(entering.labels == 3)
    others = np.flatnonzero(entering.labels == 4)
    assert np.exp(logs).min() == 0
    pairs = [(np.exp(logs[one]) * (logs[one] - logs[other])).sum() for other in others]
    np.testing.assert_allclose(found[3, 4], np.mean(pairs))


def test_sums_of_halves_add_up_to_those_of_the_whole():
    entering = made()
    half = np.arange(len(entering.labels)) % 2 == 0
    parts = [
        softmax_divergences(MapInputs.of_arrays(entering.responses[keep], entering.labels[keep]), CATEGORIES)
        for keep in (half, ~half)
    ]
    whole = softmax_divergences(entering, CATEGORIES)
    for sums in ("samples", "shares", "logs", "own"):
        added = sum(getattr(part, sums) for part in parts)
        np.testing.assert_allclose(added, getattr(whole, sums), rtol=1e-12, err_msg=sums)


def test_the_means_are_the_same_whatever_the_threads(monkeypatch):
    alone = softmax_divergences(made(), CATEGORIES).means
    monkeypatch.setattr("shiftscope.threads.WORTH_THREADS", 0)
    np.testing.assert_array_equal(softmax_divergences(made(), CATEGORIES).means, alone)


def test_samples_without_a_label_have_no_divergence():
    nobody = MapInputs.of_arrays(np.ones((4, 3), np.float16), np.full(4, -1))
    assert np.isnan(softmax_divergences(nobody, 2).means).all()
