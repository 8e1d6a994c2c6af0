"""The activation ratio by hand."""

import numpy as np

from shiftscope.scores.activation_ratio import activation_ratio


def test_a_unit_silent_in_distribution_has_no_ratio():
    ratio = activation_ratio(shifted=np.array([2.0, 2.0, 0.0]), reference=np.array([0.0, 4.0, 5.0]))
    np.testing.assert_array_equal(ratio, [np.nan, 0.5, 0.0])


def test_a_negative_reference_maximum_gives_no_ratio():
    np.testing.assert_array_equal(activation_ratio(np.array([1.0]), np.array([-2.0])), [np.nan])
