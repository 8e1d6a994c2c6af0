"""The samples that are classified wrong, and the units that respond to them."""

import numpy as np
import pytest

from shiftscope.views.category.category import category
from shiftscope.views.page.panels import Table
from tests.views.conftest import CATEGORIES, columns, panel, positions, same_percent

NAMES = ("lab", "field", "night")
KINDS = ("false negatives", "false positives")


def on_all(page, kind):
    return panel(page, Table, f"on all {kind}")


def pair(kind, index, other):
    return (index, other) if kind == "false negatives" else (other, index)


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
    table = on_all(category(explored.study, 0, layer="hidden", baseline="lab", focus="field"), kind)
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


def test_without_errors_no_unit_responds_to_them(explored):
    units = on_all(category(explored.study, 4, focus="lab"), "false negatives")
    assert list(units.rows) == []
    assert "No false negatives in lab" in units.empty
