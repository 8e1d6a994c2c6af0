"""A difference of paired shares."""

import math

import pytest

from shiftscope.statistics.agresti_min import agresti_min


def test_by_hand():
    # 10 pairs, 4 and 1 discordant: (4.5 - 1.5) / 12 = .25, half 1.96 sqrt(6 - 9 / 12) / 12.
    difference, low, high = agresti_min(4, 1, 10)
    half = 1.959963985 * math.sqrt(5.25) / 12
    assert difference == pytest.approx(0.3)
    assert (low, high) == pytest.approx((0.25 - half, 0.25 + half))


def test_without_discordant_pairs_it_has_a_width_and_stays_within_one():
    difference, low, high = agresti_min(0, 0, 20)
    assert difference == 0
    assert -high == low < 0
    assert agresti_min(3, 0, 3)[2] == 1


def test_without_pairs_there_is_nothing():
    assert all(map(math.isnan, agresti_min(0, 0, 0)))
