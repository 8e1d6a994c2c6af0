"""Units in order, by hand."""

import numpy as np
import pytest

from shiftscope.statistics.ranked import rank, ranked, responding

VALUES = np.array([0.5, np.nan, 2.0, -1.0, 2.0, 0.0])


def test_equal_units_keep_their_order_and_undefined_ones_come_last_either_way():
    assert ranked(VALUES).tolist() == [2, 4, 0, 5, 3, 1]
    assert ranked(VALUES, ascending=True).tolist() == [3, 5, 0, 2, 4, 1]


def test_infinite_values_stand_at_the_ends_of_those_that_are_defined():
    assert ranked(np.array([1.0, np.nan, np.inf, -np.inf])).tolist() == [2, 0, 3, 1]


def test_units_that_do_not_respond_are_left_out():
    assert responding(VALUES, 2) == [2, 4]
    assert responding(VALUES, 6) == [2, 4, 0]


@pytest.mark.parametrize(("unit", "place"), [(2, 1), (4, 1), (0, 3), (3, 5)])
def test_equal_units_share_the_first_of_their_places(unit, place):
    assert rank(VALUES, unit) == (place, 5)
