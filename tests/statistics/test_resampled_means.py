from __future__ import annotations

import numpy as np

from shiftscope.statistics.resampled_means import mean_and_interval, resampled_means


def test_the_interval_of_a_mean_is_about_two_standard_errors_to_each_side():
    values = np.random.default_rng(0).normal(size=(400, 2))
    mean, low, high = mean_and_interval(values, 2000, np.random.default_rng(1))
    np.testing.assert_allclose(mean, values.mean(axis=0))
    np.testing.assert_allclose((high - low) / 2, 1.96 * values.std(axis=0) / 20, rtol=0.1)


def test_missing_numbers_are_left_out_and_draws_are_shared():
    values = np.array([[1.0, 2.0, np.nan], [3.0, 6.0, np.nan], [np.nan, np.nan, np.nan]])
    drawn = resampled_means(values, 50, np.random.default_rng(0))
    both = ~np.isnan(drawn[:, 0])
    np.testing.assert_allclose(drawn[both, 1], 2 * drawn[both, 0])
    mean, low, high = mean_and_interval(values, 50, np.random.default_rng(0))
    np.testing.assert_array_equal(mean, [2, 4, np.nan])
    assert np.isnan(low[2])
    assert 1 <= low[0] <= high[0] <= 3
