from __future__ import annotations

import numpy as np
from scipy.stats import friedmanchisquare

from shiftscope.statistics.kendall_w import kendall_w


def test_equal_rankings_agree_fully_and_opposite_ones_not_at_all():
    up = np.arange(5.0)
    assert kendall_w([up, up, up]) == 1
    assert kendall_w([up, -up]) == 0
    assert kendall_w([[1, 1, 2, 3]] * 3) == 1  # ties take nothing away


def test_it_is_the_formula_of_the_deviations_of_sums_of_ranks():
    # Sums of ranks 3, 6, 9 + swaps: rankings 123, 213, 132 give sums 4, 6, 8, deviations 2, 0, 2.
    assert kendall_w([[1, 2, 3], [2, 1, 3], [1, 3, 2]]) == 12 * 8 / (9 * (27 - 3))


def test_it_is_friedmans_chi_squared_over_its_largest_value_with_and_without_ties():
    rng = np.random.default_rng(0)
    for numbers in (rng.random((5, 7)), rng.integers(0, 4, (5, 7))):
        statistic = friedmanchisquare(*numbers.T)[0]
        np.testing.assert_allclose(kendall_w(numbers), statistic / (5 * 6), rtol=1e-12)


def test_random_rankings_agree_by_one_over_their_number():
    w = kendall_w(np.random.default_rng(1).random((4000, 6, 9)))
    assert abs(w.mean() - 1 / 6) < 3 * w.std() / np.sqrt(4000)


def test_missing_numbers_and_ties_of_everything_have_no_agreement():
    assert np.isnan(kendall_w([[1, 2, np.nan], [1, 2, 3]]))
    assert np.isnan(kendall_w(np.ones((3, 4))))
    assert np.isnan(kendall_w(np.ones((3, 1))))
