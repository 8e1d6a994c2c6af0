"""False negatives and false positives of a category."""

import numpy as np
import pytest

from shiftscope.views.category.error_sets import error_counts, error_images, error_units
from shiftscope.views.page.panels import Columns
from shiftscope.views.page.selection import Selection
from tests.views.conftest import CATEGORIES, positions, read, same_percent

NAMES = ("lab", "field", "night")
KINDS = ("false negatives", "false positives")


def pair(kind, index, other):
    return (index, other) if kind == "false negatives" else (other, index)


def counts(explored, kind, index, name):
    others = [c for c in range(CATEGORIES) if c != index]
    return {c: explored[name].counted(*pair(kind, index, c)) for c in others}


@pytest.mark.parametrize("lead", NAMES)
@pytest.mark.parametrize("index", range(CATEGORIES))
@pytest.mark.parametrize("kind", KINDS)
def test_the_other_categories_come_in_the_order_of_the_lead_with_counts_and_shares(
    explored, kind, index, lead
):
    table = error_counts(Selection.at(explored.study, lead=lead), index, kind)
    found = {name: counts(explored, kind, index, name) for name in NAMES}
    everywhere = {c: sum(found[name][c] for name in NAMES) for c in range(CATEGORIES) if c != index}
    order = sorted(
        (c for c in everywhere if everywhere[c]), key=lambda c: (-found[lead][c], -everywhere[c], c)
    )
    assert [row[0].text for row in table.rows] == ["abcde"[c] for c in order]
    for row, c in zip(table.rows, order, strict=True):
        assert row[0].page.startswith("confusions/{}/{}".format(*pair(kind, index, c)))
        for cell, name in zip(row[1:], NAMES, strict=True):
            assert read(cell.text) == found[name][c]
            total = sum(found[name].values())
            if total:
                assert same_percent(cell.note, found[name][c] / total)
                assert cell.bar == found[name][c] / total
            else:
                assert (cell.note, cell.bar) == ("", None)
            assert bool(cell.page) == bool(found[name][c])
            if cell.page:
                label, prediction = pair(kind, index, c)
                assert f"label={label}&prediction={prediction}" in cell.page


@pytest.mark.parametrize("kind", KINDS)
def test_the_rest_is_one_row_and_downloaded_row_by_row(explored, kind):
    table = error_counts(Selection.at(explored.study), 0, kind, named=1)
    rows, everything = table.rows, error_counts(Selection.at(explored.study), 0, kind)
    assert table.whole().rows == everything.rows
    assert everything.whole is None
    assert len(rows) == 2
    assert rows[1][0].text.endswith(" others")
    for at, name in enumerate(NAMES, 1):
        assert read(rows[0][at].text) + read(rows[1][at].text) == sum(
            counts(explored, kind, 0, name).values()
        )


@pytest.mark.parametrize("index", range(CATEGORIES - 1))
@pytest.mark.parametrize("kind", KINDS)
def test_images_come_most_confident_first(explored, index, kind):
    panel = error_images(Selection.at(explored.study), index, kind, 24, "more{}".format)
    assert isinstance(panel, Columns)
    strips = {strip.title: strip for strip in panel.panels}
    for name in NAMES:
        plain = explored[name]
        others = [c for c in range(CATEGORIES) if c != index]
        expected = [s for other in others for s in plain.having(*pair(kind, index, other))]
        expected.sort(key=lambda s: (-plain.confidences[s], s))
        assert (name in strips) == bool(expected)
        if expected:
            assert positions(strips[name].pictures) == expected[:24]
            assert all(picture.verdict == "wrong" for picture in strips[name].pictures)


@pytest.mark.parametrize("kind", KINDS)
def test_units_respond_to_all_of_them(explored, kind):
    table = error_units(Selection.at(explored.study, "hidden", "lab", "field"), 0, kind)
    maxima = explored.lab.maximum("hidden")
    scale = np.where(maxima > 0, maxima, np.nan)

    def mean(plain):
        known = plain.shown & (plain.labels >= 0) & (plain.labels != plain.predictions)
        rows = known & ((plain.labels if kind == "false negatives" else plain.predictions) == 0)
        return plain.responses("hidden")[rows].mean(axis=0) / scale if rows.any() else scale * np.nan

    moved = [u for u in range(10) if mean(explored.field)[u] > 0]
    order = sorted(moved, key=lambda u: -mean(explored.field)[u])[:8]
    assert [row[0].text for row in table.rows] == [f"unit {u}" for u in order]
    for row, unit in zip(table.rows, order, strict=True):
        assert same_percent(row[1].text, mean(explored.field)[unit])
        assert same_percent(row[2].text, mean(explored.lab)[unit])


def test_no_errors_at_all_are_said_to_be_none(explored):
    selection = Selection.at(explored.study)
    assert error_counts(selection, 4, "false negatives").empty == "No false negatives in any dataset."
    assert list(error_counts(selection, 4, "false negatives").rows) == []
    assert list(error_units(selection, 4, "false negatives").rows) == []
    assert "No false negatives in lab" in error_units(selection, 4, "false negatives").empty
