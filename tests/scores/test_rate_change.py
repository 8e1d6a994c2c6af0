"""Change of the firing rate by hand and against the chi-squared test."""

import numpy as np
from scipy import stats

from shiftscope.scores.rate_change import rate_change


def test_only_responses_above_zero_fire():
    measured = rate_change(np.array([[0.1], [0.0], [-1.0], [2.0]]), np.array([[0.0], [1.0]]))
    np.testing.assert_allclose(measured.value, [0.0])
    measured = rate_change(np.array([[0.1], [0.1], [-1.0], [2.0]]), np.array([[0.0], [1.0]]))
    np.testing.assert_allclose(measured.value, [0.25])


def test_p_equals_the_chi_squared_test_of_the_two_by_two_table():
    shifted = np.repeat([[1.0], [0.0]], [30, 20], axis=0)
    reference = np.repeat([[1.0], [0.0]], [18, 42], axis=0)
    expected = stats.chi2_contingency([[30, 20], [18, 42]], correction=False).pvalue
    np.testing.assert_allclose(rate_change(shifted, reference).p, [expected])


def test_a_unit_that_always_fires_is_not_tested():
    measured = rate_change(np.ones((3, 1)), np.ones((5, 1)))
    np.testing.assert_array_equal(measured.value, [0.0])
    np.testing.assert_array_equal(measured.p, [np.nan])
