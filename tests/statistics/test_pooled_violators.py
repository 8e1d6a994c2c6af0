"""Falling curves by pooling adjacent violators."""

import numpy as np
from sklearn.isotonic import IsotonicRegression

from shiftscope.statistics.pooled_violators import non_increasing


def test_neighbours_that_rise_become_their_mean():
    np.testing.assert_allclose(non_increasing(np.array([5.0, 1, 3, 2, 0])), [5, 2, 2, 2, 0])
    np.testing.assert_allclose(non_increasing(np.array([1.0, 2, 3])), [2, 2, 2])


def test_it_equals_the_isotonic_regression_of_another_library():
    curves = np.random.default_rng(0).normal(size=(7, 40)) - np.arange(7)[:, None] / 2
    fitted = non_increasing(curves.reshape(7, 4, 10)).reshape(7, 40)
    for column in range(40):
        by_sklearn = IsotonicRegression(increasing=False).fit_transform(np.arange(7), curves[:, column])
        np.testing.assert_allclose(fitted[:, column], by_sklearn, atol=1e-12)


def test_a_missing_value_leaves_no_curve():
    fitted = non_increasing(np.array([[1.0, 1], [np.nan, 0.5]]))
    np.testing.assert_array_equal(fitted, [[np.nan, 1], [np.nan, 0.5]])
