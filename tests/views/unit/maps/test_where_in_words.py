"""Where a unit looks, in words."""

import math

import numpy as np
import pytest

from shiftscope.scores.estimation.moved_maps import MovedMaps
from shiftscope.statistics.compared import KeptShare
from shiftscope.statistics.moved_means import MovedMeans
from shiftscope.views.unit.maps.where_in_words import moved_in_words, where_in_words


def test_areas_and_the_scale_that_changed_most():
    said = where_in_words([("lab", 0.44), ("field", 0.421)], ("2 to 4 px", 0.45, 0.31))
    assert (
        said == "maps cover 44 % in lab, 42 % in field; detail of 2 to 4 px 45.0 % → 31.0 % of what it reads"
    )


def test_what_is_not_known_is_left_out():
    assert where_in_words([("lab", math.nan), ("field", 0.5)], None) == "maps cover 50 % in field"
    assert where_in_words([("lab", math.nan)], None) == "no maps with anything in them"


KEPT = KeptShare(80, 100, 0.71, 0.87)


def moved(samples=80, pairs=KEPT, **numbers):
    """From before, after, and the ends of the interval of the change."""
    same = {
        name: MovedMeans(*(np.array([each], float) for each in given), samples)
        for name, given in numbers.items()
    }
    return MovedMaps("wam", same, {}, pairs)


STILL = {"map_row": (0.5, 0.51, -0.02, 0.04), "map_column": (0.5, 0.5, -0.03, 0.03)}


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({**STILL, "scale_level": (1.5, 1.2, -0.4, -0.2)}, "at the same place in dark, at finer scales"),
        ({**STILL, "scale_level": (1.5, 1.8, 0.2, 0.4)}, "at the same place in dark, at coarser scales"),
        ({**STILL, "scale_level": (1.5, 1.5, -0.2, 0.2)}, "at the same place in dark, at the same scales"),
        (
            {**STILL, "scale_level": (1.5, 1.5, -0.3, 0.2)},
            "at the same place in dark, at no surely other scales",
        ),
        (
            {"map_row": (0.5, 0.61, 0.05, 0.16), "map_column": (0.5, 0.46, -0.07, -0.01)},
            "11 % of the picture lower and 4 % of the picture further left in dark",
        ),
        ({**STILL, "map_row": (0.5, 0.515, 0.01, 0.02)}, "at the same place in dark"),  # sure, but small
        ({**STILL, "map_row": (0.5, 0.55, -0.02, 0.12)}, "at no surely other place in dark"),
        ({"map_row": STILL["map_row"]}, "at no surely other place in dark"),
    ],
)
def test_the_place_and_the_scales_under_a_shift(numbers, said):
    assert moved_in_words("unit 12", "dark", moved(**numbers), None) == f"unit 12 looks {said}"


def test_the_scale_that_moved_most_is_told_where_one_surely_moved():
    scale = ("2 to 4 px", 0.2, 0.5)
    said = moved_in_words("unit 1", "dark", moved(**STILL, scale_share=(0.2, 0.5, 0.2, 0.4)), scale)
    assert (
        said == "unit 1 looks at the same place in dark: detail of 2 to 4 px 20.0 % → 50.0 % of what it reads"
    )
    unsure = moved(**STILL, scale_share=(0.2, 0.5, -0.1, 0.7))
    assert moved_in_words("unit 1", "dark", unsure, scale) == "unit 1 looks at the same place in dark"


def test_few_pairs_say_nothing():
    few = "12 of 100 pairs keep their prediction and have a map, too few to say where unit 1 looks in dark"
    assert moved_in_words("unit 1", "dark", moved(12, **STILL), None) == few
    apart = "12 samples a side are too few to say where unit 1 looks in dark"
    assert moved_in_words("unit 1", "dark", moved(12, None, **STILL), None) == apart
