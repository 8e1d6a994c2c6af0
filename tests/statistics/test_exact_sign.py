"""The sign test against SciPy's binomial test."""

import numpy as np
from scipy import stats

from shiftscope.statistics.exact_sign import exact_sign


def test_p_equals_the_binomial_tests():
    up, down = np.array([7, 0, 5, 900]), np.array([2, 6, 5, 1100])
    expected = [stats.binomtest(int(a), int(a + b)).pvalue for a, b in zip(up, down, strict=True)]
    np.testing.assert_allclose(exact_sign(up, down), expected, rtol=1e-9)


def test_without_a_pair_that_differs_there_is_nothing_to_test():
    np.testing.assert_array_equal(exact_sign(np.array([0]), np.array([0])), [np.nan])
