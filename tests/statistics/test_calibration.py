"""Calibration, by hand."""

import numpy as np
import pytest

from shiftscope.statistics.calibration import calibration


def test_answers_are_counted_by_confidence_and_the_error_is_the_mean_gap():
    found = calibration([0.9, 0.8, 0.3], np.array([True, False, True]), bins=2)
    np.testing.assert_array_equal(found.edges, [0, 0.5, 1])
    np.testing.assert_array_equal(found.counts, [1, 2])
    np.testing.assert_array_equal(found.right, [1, 1])
    np.testing.assert_allclose(found.confidence, [0.3, 0.85])
    np.testing.assert_allclose(found.accuracy, [1, 0.5])
    assert found.error == pytest.approx((1 * 0.7 + 2 * 0.35) / 3)


def test_a_bin_holds_its_upper_edge():
    found = calibration([0.0, 0.5, 1.0], np.array([False, True, True]), bins=2)
    np.testing.assert_array_equal(found.counts, [2, 1])


def test_answers_that_are_right_as_often_as_said_have_no_error():
    right = np.array([True, True, True, False] * 5)
    assert calibration(np.full(20, 0.75), right).error == 0


def test_without_answers_there_is_no_error():
    found = calibration([], np.array([], bool), bins=3)
    assert np.isnan(found.error)
    assert np.isnan(found.accuracy).all()
