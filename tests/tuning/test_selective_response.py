"""Responses to the preferred category over those to the rest."""

import numpy as np

from shiftscope.tuning.selective_response import preferred_category, selective_response, shares_left


def test_it_is_the_preferred_mean_less_the_mean_of_the_others():
    means = np.array([[4.0, 0], [1, 0], [1, 6]])
    np.testing.assert_array_equal(preferred_category(means), [0, 2])
    np.testing.assert_array_equal(selective_response(means, np.array([0, 2])), [3, 6])
    both = np.stack([means, 2 * means], axis=1)
    np.testing.assert_array_equal(selective_response(both, np.array([0, 2])), [[3, 6], [6, 12]])


def test_one_category_leaves_nothing_to_select():
    assert np.isnan(selective_response(np.ones((1, 3)), np.zeros(3, np.int64))).all()


def test_shares_are_of_the_first_rung_and_missing_where_it_is_not_above_zero():
    shares = shares_left(np.array([[2.0, 0, 1], [1, 1, 1]]), np.array([True, True, False]))
    np.testing.assert_array_equal(shares, [[1, np.nan, np.nan], [0.5, np.nan, np.nan]])
