"""Draws within strata and percentiles."""

import numpy as np

from shiftscope.statistics.bootstrap import draw_again, draw_all_again, interval

LABELS = np.repeat([-1, 0, 1, 5], [4, 1, 7, 2])


def test_every_resample_has_as_many_samples_of_each_label():
    draws = draw_again(LABELS, 50, np.random.default_rng(0))
    assert draws.shape == (50, len(LABELS))
    for label in np.unique(LABELS):
        own = label == LABELS
        np.testing.assert_array_equal(draws[:, own].sum(axis=1), own.sum())


def test_every_sample_of_a_stratum_is_drawn_alike():
    draws = draw_again(LABELS, 20_000, np.random.default_rng(0))
    np.testing.assert_allclose(draws.mean(axis=0), 1, atol=0.04)
    # Multinomial: the variance of a count is 1 - 1 / n.
    np.testing.assert_allclose(draws[:, LABELS == 1].var(axis=0), 1 - 1 / 7, atol=0.05)


def test_samples_of_one_stratum_are_drawn_as_often_by_both_ways():
    draws = draw_all_again(7, 20_000, np.random.default_rng(0))
    np.testing.assert_array_equal(draws.sum(axis=1), 7)
    np.testing.assert_allclose(draws.mean(axis=0), 1, atol=0.04)
    np.testing.assert_allclose(draws.var(axis=0), 1 - 1 / 7, atol=0.05)


def test_the_same_seed_draws_the_same():
    one, other = (draw_again(LABELS, 5, np.random.default_rng([3, 1])) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_an_interval_is_numpys_percentiles():
    resampled = np.random.default_rng(0).normal(size=(200, 4))
    np.testing.assert_allclose(interval(resampled, 0.95), np.quantile(resampled, [0.025, 0.975], axis=0))


def test_undefined_resamples_are_left_out():
    resampled = np.array(
        [[3.0, np.nan, np.nan], [np.nan, np.nan, 7.0], [1.0, np.nan, np.nan], [2.0, np.nan, np.nan]]
    )
    np.testing.assert_allclose(interval(resampled, 0.5), [[1.5, np.nan, 7.0], [2.5, np.nan, 7.0]])


def test_an_end_between_infinite_resamples_is_infinite():
    low, high = interval(np.full((10, 1), np.inf), 0.95)
    assert (low[0], high[0]) == (np.inf, np.inf)
