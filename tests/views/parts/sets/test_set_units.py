"""The units that respond most to a set of samples."""

import numpy as np
import pytest

from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.sets.set_units import set_units
from tests.views.conftest import SILENT_IN_LAB, same_percent, texts


def table(explored, means, *, focus, reference="lab", units=12):
    selection = Selection.at(explored.study, "hidden", reference, focus)
    return set_units(selection, "Units", means.__getitem__, of="these", units=units, empty="None.")


@pytest.fixture
def means():
    rng = np.random.default_rng(0)
    return {name: rng.random(10) for name in ("lab", "field", "night")}


def test_the_focus_chooses_and_orders_and_the_others_follow(explored, means):
    shown = table(explored, means, focus="field", units=4)
    assert [c.name for c in shown.columns][:4] == ["unit", "field", "lab", "night"]
    order = np.argsort(-means["field"])[:4]
    assert [row[0].text for row in shown.rows] == [f"unit {u}" for u in order]
    for row, unit in zip(shown.rows, order, strict=True):
        for cell, name in zip(row[1:4], ("field", "lab", "night"), strict=True):
            assert same_percent(cell.text, means[name][unit])


def test_a_follower_has_the_ratio_of_maxima_too_and_the_reference_whose_ratio_is_one_has_not(explored, means):
    shown = table(explored, means, focus="lab")
    assert [c.name for c in shown.columns][1:4] == ["lab", "field", "night"]
    lab = explored.lab.maximum("hidden")
    for row in shown.rows:
        unit = int(row[0].text.removeprefix("unit "))
        assert row[1].note == ""
        for column, name in ((2, "field"), (3, "night")):
            ratio = explored[name].maximum("hidden")[unit] / lab[unit] if lab[unit] > 0 else np.nan
            assert same_percent(row[column].note.removeprefix("max "), ratio)
            np.testing.assert_allclose(row[column].parts["maxima"], ratio)
    silent = next(row for row in shown.rows if row[0].text == f"unit {SILENT_IN_LAB}")
    assert silent[2].note == "max –"


def test_units_without_a_response_are_left_out(explored, means):
    means["lab"][:] = np.nan
    means["lab"][[2, 7]] = 0.25, 0.0
    assert [row[0] for row in texts(table(explored, means, focus="lab"))] == ["unit 2"]
    means["lab"][2] = -1
    shown = table(explored, means, focus="lab")
    assert (list(shown.rows), shown.empty) == ([], "None.")


def test_all_units_can_be_downloaded(explored, means):
    shown = table(explored, means, focus="field", units=3)
    whole = shown.whole()
    assert texts(whole)[:3] == [row[:4] for row in texts(shown)]
    assert len(whole.rows) == 10
    assert whole.whole is None


def test_every_number_says_how_it_was_computed(explored, means):
    for column in table(explored, means, focus="night").columns:
        assert column.help
