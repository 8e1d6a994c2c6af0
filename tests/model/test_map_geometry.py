"""Boxes by hand arithmetic."""

import pytest

from shiftscope.model.map_geometry import MapGeometry, ReceptiveField

FIELD = ReceptiveField((8, 4), (2, 2), (-3, -1))


def test_a_box_is_the_receptive_field_inside_the_picture():
    geometry = MapGeometry((16, 20), (8, 10), FIELD)
    assert geometry.box(3, 4) == (7 / 20, 3 / 16, 11 / 20, 11 / 16)
    assert geometry.box(0, 0) == (0, 0, 3 / 20, 5 / 16)  # from row -3 and column -1 on
    assert geometry.box(7, 9) == (17 / 20, 11 / 16, 1, 1)
    assert geometry.tells_fields


@pytest.mark.parametrize("field", [None, ReceptiveField((8, 20), (2, 2), (-3, -9))])
def test_without_a_field_smaller_than_the_picture_a_box_is_the_share_of_the_grid(field):
    geometry = MapGeometry((8, 16), (2, 4), field)
    assert geometry.box(1, 2) == (0.5, 0.5, 0.75, 1.0)
    assert not geometry.tells_fields


@pytest.mark.parametrize("place", [(-1, -1), (8, 0), (0, 10)])
def test_a_place_that_is_not_there_has_no_box(place):
    assert MapGeometry((16, 20), (8, 10), FIELD).box(*place) is None


def test_a_place_that_sees_only_padding_has_no_box():
    assert MapGeometry((16, 16), (20, 20), ReceptiveField((1, 1), (1, 1), (-2, -2))).box(0, 5) is None


@pytest.mark.parametrize("field", [None, FIELD])
def test_a_geometry_comes_back_from_what_is_stored(field):
    geometry = MapGeometry((16, 20), (8, 10), field)
    assert MapGeometry.from_json(geometry.as_json()) == geometry


@pytest.mark.parametrize(
    "changed",
    [
        {"picture": [0, 4]},
        {"grid": [2]},
        {"grid": [2.0, 2]},
        {"size": [2**31, 1]},
        {"stride": [True, 1]},
        {"offset": "ab"},
        {"size": None},
    ],
)
def test_what_is_no_geometry_is_refused(changed):
    with pytest.raises((TypeError, ValueError)):
        MapGeometry.from_json({**MapGeometry((16, 20), (8, 10), FIELD).as_json(), **changed})
