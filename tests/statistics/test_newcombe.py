"""The interval of a difference of two shares, against the table of its author."""

import numpy as np
import pytest

from shiftscope.statistics.newcombe import newcombe
from shiftscope.statistics.wilson import wilson


@pytest.mark.parametrize(
    ("first", "other", "low", "high"),
    [  # Newcombe (1998), Table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_it_gives_the_published_intervals(first, other, low, high):
    difference, found_low, found_high = newcombe(*first, *other)
    assert difference == pytest.approx(first[0] / first[1] - other[0] / other[1])
    assert found_low == pytest.approx(low, abs=5.1e-5)
    assert found_high == pytest.approx(high, abs=5.1e-5)


def test_turning_the_difference_around_turns_the_interval_around():
    _, low, high = newcombe([3, 0, 9], [10, 7, 9], [5, 1, 2], [11, 4, 8])
    _, turned_low, turned_high = newcombe([5, 1, 2], [11, 4, 8], [3, 0, 9], [10, 7, 9])
    np.testing.assert_allclose((turned_low, turned_high), (-high, -low))


def test_against_a_share_known_almost_exactly_it_is_the_wilson_interval():
    _, low, high = newcombe(30, 100, 10**11, 2 * 10**11)
    np.testing.assert_allclose((low, high), np.array(wilson(30, 100)) - 0.5, atol=1e-5)


def test_a_set_without_samples_has_no_difference():
    assert np.isnan(newcombe([1, 0], [2, 0], [0, 1], [0, 3])).all()
