"""False negatives and false positives of a category."""

import numpy as np
import pytest

from shiftscope.views.category import error_counts
from shiftscope.views.category.category import category
from shiftscope.views.page.panels import Table
from tests.views.conftest import CATEGORIES, columns, panel, positions, read, same_percent

NAMES = ("lab", "field", "night")
KINDS = ("false negatives", "false positives")


def counted(page, kind):
    return panel(page, Table, kind.capitalize())


def on_all(page, kind):
    return panel(page, Table, f"on all {kind}")


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
    table = counted(category(explored.study, index, lead=lead), kind)
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
def test_the_rest_is_one_row_and_downloaded_row_by_row(explored, kind, monkeypatch):
    everything = counted(category(explored.study, 0, lead="lab"), kind)
    monkeypatch.setattr(error_counts, "OTHERS", 1)
    table = counted(category(explored.study, 0, lead="lab"), kind)
    rows = table.rows
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
    page = category(explored.study, index)
    strips = {strip.title: strip for strip in columns(page, f"{kind.capitalize()}, the most confident first")}
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
    table = on_all(category(explored.study, 0, layer="hidden", reference="lab", lead="field"), kind)
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
    page = category(explored.study, 4, lead="lab")
    counts = counted(page, "false negatives")
    assert counts.empty == "No false negatives in any dataset."
    assert list(counts.rows) == []
    units = on_all(page, "false negatives")
    assert list(units.rows) == []
    assert "No false negatives in lab" in units.empty
