"""Counted and sorted steps are the same, and are what NumPy finds."""

import numpy as np
import pytest

from shiftscope.statistics.empirical_cdf import HALVES, empirical_cdfs


def responses(samples, rng):
    """Both signs, ties, both zeros, and the largest and smallest halves."""
    drawn = np.round(rng.normal(size=(samples, 3)) * 8) / np.array([1.0, 4.0, 1e4])
    drawn[:4] = np.array([0.0, -0.0, 65504.0, -(2.0**-24)])[:, None]
    return drawn.astype(np.float16)


@pytest.mark.parametrize("samples", [5, 300, HALVES // 4])
def test_they_are_the_distinct_responses_and_their_counts(samples):
    rng = np.random.default_rng(samples)
    ours, theirs = responses(samples, rng), responses(samples + 7, rng)
    for unit, found in enumerate(empirical_cdfs(ours, theirs)):
        both = [side[:, unit].astype(np.float64) + 0.0 for side in (ours, theirs)]
        np.testing.assert_array_equal(found.values, np.unique(np.concatenate(both)))
        for side, counts, of in zip(
            both, (found.ours, found.theirs), (found.of_ours, found.of_theirs), strict=True
        ):
            np.testing.assert_array_equal(found.values[of], side)
            np.testing.assert_array_equal(counts, [(side == value).sum() for value in found.values])


def test_numbers_finer_than_halves_are_kept_apart():
    samples = HALVES // 4
    ours = np.zeros((samples, 1), np.float32)
    ours[0] = 1 + 2.0**-20  # one in half precision
    ours[1] = 1e6  # infinite in half precision
    (found,) = empirical_cdfs(ours, np.ones((samples, 1), np.float32))
    np.testing.assert_array_equal(found.values, [0, 1, 1 + 2.0**-20, 1e6])
    np.testing.assert_array_equal(found.ours, [samples - 2, 0, 1, 1])
