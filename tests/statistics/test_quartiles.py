"""Quartiles by hand."""

import numpy as np

from shiftscope.statistics.quartiles import quartiles


def test_units_without_the_score_are_left_out():
    assert quartiles(np.array([4.0, np.nan, 0.0, 1.0, 2.0, 3.0])) == (1, 2, 3)


def test_between_two_units_it_is_their_weighted_mean():
    assert quartiles(np.array([0.0, 4.0])) == (1, 2, 3)


def test_a_layer_without_the_score_has_none():
    assert np.isnan(quartiles(np.array([np.nan, np.nan]))).all()
    assert np.isnan(quartiles(np.array([]))).all()
