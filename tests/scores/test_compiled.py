"""What is compiled for large sets, against the plain formulas."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from shiftscope.scores.estimation import estimate_units, resampled_dataset
from shiftscope.statistics import rank_correlation
from shiftscope.statistics.bootstrap import draw_again, resampling_variance
from shiftscope.statistics.compiled import rank_correlations
from shiftscope.statistics.compiled.resampled_means import LANES, TOGETHER, resampled_means
from shiftscope.statistics.rank_correlation import RankedProfiles


def correlate_ranks(shifted, reference, tolerance, found):
    ranked = RankedProfiles(np.asarray(reference), tolerance)
    rank_correlations.correlate_ranks(shifted, tolerance, *ranked.counted, found)


def profiles(kind, categories, units, rng):
    own = rng.normal(size=(categories, units))
    if kind == "after a ReLU":
        own = np.maximum(own, 0)
    if kind == "one far out":
        own = 0.1 * np.abs(own)
        own[rng.integers(0, categories, units), np.arange(units)] += 10
    pair = []
    for _ in range(2):
        noisy = own + 0.02 * rng.normal(size=own.shape)
        pair.append(np.where(own == 0, 0, np.maximum(noisy, 0) if kind == "after a ReLU" else noisy))
    return pair


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["of both signs", "after a ReLU", "one far out"])
def test_ranks_correlate_as_scipy_says(kind, dtype):
    shifted, reference = (p.astype(dtype) for p in profiles(kind, 700, 70, np.random.default_rng(0)))
    expected = [spearmanr(*both).statistic for both in zip(shifted.T, reference.T, strict=True)]
    found = np.empty(70)
    correlate_ranks(shifted, reference, 0.0, found)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    correlate_ranks(shifted, reference, 1e-4, found)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_what_bins_cannot_tell_apart_is_sorted():
    """All but one profile value lie in a millionth of the range, where the bins are coarse."""
    rng = np.random.default_rng(1)
    shifted, reference = (1e9 + rng.normal(size=(400, 20)) for _ in range(2))
    shifted[0] = reference[0] = -1e15
    found = np.empty(20)
    correlate_ranks(shifted, reference, 1e-4, found)
    expected = [spearmanr(*both).statistic for both in zip(shifted.T, reference.T, strict=True)]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_constant_profiles_have_no_correlation_and_equal_ones_have_one():
    ramp = np.arange(50.0)[:, None]
    found = np.empty(3)
    shifted = np.hstack([np.ones((50, 1)), ramp, ramp])
    correlate_ranks(shifted, np.hstack([ramp, ramp, -ramp]), 0.0, found)
    np.testing.assert_array_equal(found, [np.nan, 1, -1])


def test_no_number_leads_out_of_the_bins():
    largest = np.finfo(np.float32).max
    wide = np.array([[-largest], [largest], [0.0], [1.0]], np.float32)
    found = np.empty(1)
    correlate_ranks(wide, wide, 1e-4, found)
    np.testing.assert_allclose(found, 1)
    for bad in (np.nan, np.inf, -np.inf):
        correlate_ranks(wide, np.array([[1.0], [bad], [bad], [3.0]], np.float32), 1e-4, found)


def test_large_sets_are_ranked_by_the_compiled_code(monkeypatch):
    shifted, reference = profiles("after a ReLU", 30, 9, np.random.default_rng(2))
    shifted[:, 3], reference[:, 4], reference[5, 5] = 0, 0, np.nan
    plain = rank_correlation.rank_correlation(shifted, RankedProfiles(reference))
    monkeypatch.setattr(rank_correlation, "WORTH_COMPILED", 1)
    np.testing.assert_allclose(
        rank_correlation.rank_correlation(shifted, RankedProfiles(reference)), plain, atol=1e-12
    )


def test_means_of_resamples_are_products():
    rng = np.random.default_rng(0)
    counts = np.array([3, 50, 1, 17])
    samples, resamples = counts.sum(), 3 * TOGETHER
    draws = rng.integers(0, 4, (resamples, samples)).astype(np.uint8)
    responses = rng.normal(size=(samples, LANES)).astype(np.float32)
    ends = np.cumsum(counts)
    categories = np.array([0, 1, 3, 4])
    means = np.full((6, resamples, LANES), np.nan, np.float32)
    resampled_means(draws, np.stack([ends - counts, ends]), categories, responses, means)
    for category, first, last in zip(categories, ends - counts, ends, strict=True):
        expected = draws[:, first:last].astype(float) @ responses[first:last] / (last - first)
        np.testing.assert_allclose(means[category], expected, rtol=1e-5, atol=1e-5)
    assert np.isnan(means[[2, 5]]).all()


def test_the_variance_of_a_resampled_mean_is_that_of_many_resamples():
    rng = np.random.default_rng(0)
    labels = np.repeat([-1, 0, 1], [40, 25, 10])
    influences = rng.normal(size=(75, 4)) * (2 + labels[:, None])
    moved = draw_again(labels, 40_000, rng) @ influences / 75
    np.testing.assert_allclose(resampling_variance(influences, labels), moved.var(axis=0), rtol=0.03)
    assert (resampling_variance(np.ones((75, 2)), labels) == 0).all()


@pytest.fixture
def large(written):
    rng = np.random.default_rng(0)
    profile = np.maximum(rng.normal(size=(6, 70)), 0)
    labels = {name: rng.integers(-1, 6, 600) for name in ("lab", "field")}
    responses = {
        name: np.maximum(profile[own] + 0.7 * rng.normal(size=(600, 70)), 0).astype(np.float32)
        for name, own in labels.items()
    }
    return written(responses, labels, categories=7)  # one of them without samples


def test_scores_are_the_same_however_they_are_computed(large, monkeypatch):
    plain = estimate_units.estimate_units([large["field"]], large["lab"], "layer", resamples=50)[0]
    monkeypatch.setattr(resampled_dataset, "WORTH_COMPILED", 1)
    monkeypatch.setattr(rank_correlation, "WORTH_COMPILED", 1)
    for name, found in estimate_units.estimate_units([large["field"]], large["lab"], "layer", resamples=50)[
        0
    ].items():
        for part in ("value", "low", "high"):
            np.testing.assert_allclose(
                getattr(found, part), getattr(plain[name], part), rtol=1e-4, atol=2e-3, err_msg=name
            )


def test_the_interval_of_many_samples_is_that_of_many_resamples(large, monkeypatch):
    resampled = estimate_units.estimate_units([large["field"]], large["lab"], "layer", resamples=3_000)[0]
    monkeypatch.setattr(estimate_units, "NORMAL_FROM", 100)
    closed = estimate_units.estimate_units([large["field"]], large["lab"], "layer", resamples=10)[0]
    for name in ("rate_change", "shift_auroc"):
        width = resampled[name].high - resampled[name].low
        for end in ("low", "high"):
            apart = (getattr(closed[name], end) - getattr(resampled[name], end)) / width
            assert np.abs(apart).max() < 0.06, name
            assert np.abs(apart.mean()) < 0.01, name


def test_without_resamples_many_samples_have_no_interval_either(large, monkeypatch):
    monkeypatch.setattr(estimate_units, "NORMAL_FROM", 100)
    found = estimate_units.estimate_units([large["field"]], large["lab"], "layer", resamples=0)[0]
    assert np.isnan(found["rate_change"].low).all()
