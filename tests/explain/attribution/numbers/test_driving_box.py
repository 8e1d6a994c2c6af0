"""Tests of the box around what a map shows."""

from __future__ import annotations

import numpy as np
import pytest

from shiftscope.explain.attribution.numbers.driving_box import driving_box


def test_a_bright_patch_is_boxed_with_a_tenth_more() -> None:
    map = np.zeros((40, 40))
    map[10:20, 4:12] = 1  # 80 places, as many as 5 % of 1,600; the smoothing has a deviation of 0.8
    box = driving_box(map)
    assert box == pytest.approx((3.6 / 40, 9.5 / 40, 12.4 / 40, 20.5 / 40))


def test_a_box_ends_at_the_pictures_edges() -> None:
    map = np.zeros((30, 50))
    map[0:5, 35:50] = 1
    box = driving_box(map)
    assert box is not None
    assert (box.top, box.right) == (0, 1)


@pytest.mark.parametrize("map", [np.zeros((4, 4)), np.ones((4, 4)), np.full((4, 4), np.nan)])
def test_a_map_that_shows_nothing_has_no_box(map: np.ndarray) -> None:
    assert driving_box(map) is None


def test_a_map_of_few_places_is_boxed_and_not_the_whole_picture() -> None:
    map = np.zeros((32, 32))
    map[5, 8] = 1  # smoothed by 0.64 places, cut at 3: 7 x 7 places, fewer than 5 % of 1,024
    box = driving_box(map)
    assert box == pytest.approx((4.65 / 32, 1.65 / 32, 12.35 / 32, 9.35 / 32))
