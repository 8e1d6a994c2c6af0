"""Counting only what can change gives what computing everything gives."""

import numpy as np
import pytest

from shiftscope.explain.interventions import silencing
from shiftscope.explain.interventions.silencing import Shown, likelier_without_each, right_without_each


def made(samples, units, categories, seed=0, offset=0.0):
    """Samples whose labels the head often gets right, and (category, unit) weights."""
    rng = np.random.default_rng(seed)
    weight = rng.normal(0, 1, (categories, units)).astype(np.float32)
    labels = rng.integers(0, categories, samples)
    responses = np.maximum(rng.normal(0, 1, (samples, units)) + 0.6 * weight[labels] + offset, offset)
    logits = (responses.astype(np.float16).astype(np.float32) @ weight.T).astype(np.float32)
    return Shown(responses.astype(np.float16), logits, labels), weight


def one_by_one(shown, weight, units):
    counts = []
    for unit in units:
        responses = shown.responses.astype(np.float64)
        logits = shown.logits.astype(np.float64) - np.outer(responses[:, unit], weight[:, unit])
        counts.append(int((logits.argmax(axis=1) == shown.labels).sum()))
    return counts


@pytest.mark.parametrize("categories", [2, 3, 10, 33, 34, 120])
@pytest.mark.parametrize("offset", [0.0, -0.5])
def test_counts_equal_a_full_computation_for_each_unit(categories, offset):
    shown, weight = made(150, 12, categories, seed=categories, offset=offset)
    units = np.array([0, 3, 4, 11, 7])
    np.testing.assert_array_equal(right_without_each(shown, weight, units), one_by_one(shown, weight, units))


def test_a_large_response_that_reaches_beyond_the_nearest_rivals_is_computed_in_full():
    shown, weight = made(60, 5, 90, seed=3)
    responses = shown.responses.copy()
    responses[:, 2] = 40
    far = Shown(responses, shown.logits, shown.labels)
    counts = right_without_each(far, weight, np.arange(5))
    np.testing.assert_array_equal(counts, one_by_one(far, weight, range(5)))


def test_blocks_of_samples_and_of_logits_do_not_show(monkeypatch):
    shown, weight = made(100, 8, 50)
    whole = right_without_each(shown, weight, np.arange(8))
    likelier = likelier_without_each(shown, weight, np.arange(8))
    monkeypatch.setattr(silencing, "NUMBERS_AT_ONCE", 70)
    np.testing.assert_array_equal(right_without_each(shown, weight, np.arange(8)), whole)
    np.testing.assert_allclose(likelier_without_each(shown, weight, np.arange(8)), likelier, rtol=1e-4)


def test_no_unit_and_no_sample_count_nothing():
    shown, weight = made(20, 4, 3)
    assert right_without_each(shown, weight, np.array([], int)).shape == (0,)
    none = shown.of(np.zeros(20, bool))
    np.testing.assert_array_equal(right_without_each(none, weight, np.arange(4)), np.zeros(4))


def test_silencing_one_by_one_adds_up():
    shown, weight = made(40, 6, 5)
    left = shown.without(2, weight).without(5, weight)
    kept = [0, 1, 3, 4]
    expected = shown.responses[:, kept].astype(np.float32) @ weight[:, kept].T
    np.testing.assert_allclose(left.logits, expected, atol=1e-4)


def test_likelier_is_the_slope_of_the_log_likelihood():
    shown, weight = made(30, 6, 4)
    units = np.array([5, 0, 2])
    step = 1e-3
    expected = []
    for unit in units:
        sums = []
        for share in (0.0, step):
            logits = shown.logits.astype(float) - share * np.outer(
                shown.responses[:, unit].astype(float), weight[:, unit]
            )
            likelihoods = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
            sums.append(likelihoods[np.arange(30), shown.labels].sum())
        expected.append((sums[1] - sums[0]) / step)
    np.testing.assert_allclose(likelier_without_each(shown, weight, units), expected, rtol=0.02, atol=0.02)
