"""The Wasserstein distance against SciPy, its influences against small changes."""

import numpy as np
from scipy import stats

from shiftscope.scores.wasserstein import wasserstein
from shiftscope.statistics.empirical_cdf import empirical_cdfs


def measured_of(shifted, reference):
    return wasserstein(shifted, reference, empirical_cdfs(shifted, reference))


def test_equals_scipys_over_the_standard_deviation():
    rng = np.random.default_rng(0)
    shifted = np.maximum(np.round(rng.normal(0.4, 1.5, (70, 8)), 1), 0).astype(np.float32)
    reference = np.maximum(np.round(rng.normal(0, 1, (55, 8)), 1), 0).astype(np.float32)
    expected = [
        stats.wasserstein_distance(shifted[:, u], reference[:, u]) / reference[:, u].std(dtype=float)
        for u in range(8)
    ]
    np.testing.assert_allclose(measured_of(shifted, reference).value, expected)


def test_a_shift_by_one_standard_deviation_is_one():
    reference = np.random.default_rng(0).random((50, 2))
    np.testing.assert_allclose(measured_of(reference + reference.std(axis=0), reference).value, [1, 1])


def test_influences_are_the_derivative_by_a_samples_weight():
    rng = np.random.default_rng(1)
    # Of sizes without a common divisor, so that F and G meet nowhere, where there is no derivative.
    shifted, reference = rng.normal(0.5, 1.5, (41, 1)), rng.normal(0, 1, (30, 1))
    measured = measured_of(shifted, reference)

    def weighted(own, theirs):
        mean = np.average(reference[:, 0], weights=theirs)
        spread = np.sqrt(np.average((reference[:, 0] - mean) ** 2, weights=theirs))
        return stats.wasserstein_distance(shifted[:, 0], reference[:, 0], own, theirs) / spread

    for side, size in enumerate((41, 30)):
        for sample in range(0, size, 7):
            step, weights = 1e-6, [np.full(41, 1 / 41), np.full(30, 1 / 30)]
            weights[side] = weights[side] * (1 - step)
            weights[side][sample] += step
            slope = (weighted(*weights) - measured.value[0]) / step
            influence = measured.influences[side][:, 0]
            np.testing.assert_allclose(slope, influence[sample] - influence.mean(), rtol=1e-3, atol=1e-4)


def test_a_unit_constant_on_the_reference_has_no_distance():
    np.testing.assert_array_equal(measured_of(np.ones((3, 1)), np.zeros((4, 1))).value, [np.nan])


def test_equal_sets_are_at_zero_whatever_their_sizes():
    reference = np.random.default_rng(0).random((50, 1))
    np.testing.assert_allclose(measured_of(np.tile(reference, (3, 1)), reference).value, [0], atol=1e-12)
