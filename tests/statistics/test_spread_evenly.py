"""Positions that are thinned: from the first to the last, and none where there are few."""

import numpy as np
import pytest

from shiftscope.statistics.spread_evenly import spread_evenly


@pytest.mark.parametrize(
    ("most", "expected"), [(1, [3]), (2, [3, 19]), (3, [3, 11, 19]), (5, [3, 7, 11, 15, 19]), (6, None)]
)
def test_places_lie_as_far_apart_as_they_can(most, expected):
    positions = np.array([3, 7, 11, 15, 19])
    np.testing.assert_array_equal(spread_evenly(positions, most), positions if expected is None else expected)


def test_of_nothing_there_is_nothing():
    assert not len(spread_evenly(np.array([], np.intp), 4))
