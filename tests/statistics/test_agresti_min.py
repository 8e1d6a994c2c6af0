"""The interval of a difference of paired shares."""

import math

import numpy as np
import pytest

from shiftscope.statistics.agresti_min import agresti_min


def test_by_hand():
    # Half a pair is added to each cell: 5.5 gained, .5 lost, of 102.
    difference, low, high = agresti_min(5, 0, 100)
    middle, variance = 5 / 102, (6 - 25 / 102) / 102**2
    assert difference == 0.05
    assert low == pytest.approx(middle - 1.959963984540054 * math.sqrt(variance))
    assert high == pytest.approx(middle + 1.959963984540054 * math.sqrt(variance))


def test_it_ends_where_a_difference_does_and_holds_it():
    difference, low, high = agresti_min(np.array([10, 0]), np.array([0, 10]), 10)
    np.testing.assert_array_equal(difference, [1, -1])
    assert (low <= difference).all()
    assert (high >= difference).all()
    assert (np.abs([low, high]) <= 1).all()


def test_without_pairs_there_is_nothing():
    assert np.isnan(agresti_min(0, 0, 0)).all()


@pytest.mark.parametrize(("pairs", "gained", "lost"), [(30, 0.05, 0.0), (100, 0.02, 0.01), (400, 0.1, 0.04)])
def test_it_holds_the_true_difference_as_often_as_it_says(pairs, gained, lost):
    rng = np.random.default_rng(pairs)
    counts = rng.multinomial(pairs, [gained, lost, 1 - gained - lost], 20_000)
    _, low, high = agresti_min(counts[:, 0], counts[:, 1], pairs)
    held = np.mean((low <= gained - lost) & (gained - lost <= high))
    assert held >= 0.945
