"""The common axis of the changes in a table."""

import math

import pytest

from shiftscope.percent import whole_percent
from shiftscope.views.parts.axis import Axis
from shiftscope.views.parts.number_text import number


def test_it_holds_zero_and_every_number_and_has_few_round_ticks():
    axis = Axis.holding([0.25, 1.5, math.nan])
    assert (axis.low, axis.high, axis.step) == (0, 1.5, 0.5)
    assert axis.place(0.75) == 0.5
    assert math.isnan(axis.place(math.nan))
    places, texts = zip(*axis.ticks(whole_percent), strict=True)
    assert places == pytest.approx((0, 1 / 3, 2 / 3, 1))
    assert texts == ("0", "50", "100", "150 %")


def test_numbers_below_zero_begin_left_of_it():
    axis = Axis.holding([-1.0, 3.0])
    assert (axis.low, axis.high, axis.step) == (-1, 3, 1)
    assert axis.place(0) == 0.25
    assert [text for _, text in axis.ticks(number)] == ["−1.00", "0.000", "1.00", "2.00", "3.00"]


@pytest.mark.parametrize("values", [[], [math.nan], [0.0, 0.0]])
def test_without_a_number_it_goes_from_zero_to_one(values):
    assert Axis.holding(values) == Axis(0.0, 1.0, 0.25)
