"""What a category is taken for, and what is taken for it."""

import pytest

from shiftscope.views.category import error_counts
from shiftscope.views.category.category import category
from shiftscope.views.page.panels import Table
from tests.views.conftest import CATEGORIES, panel, read, same_percent

NAMES = ("lab", "field", "night")
KINDS = ("false negatives", "false positives")


def counted(page, kind):
    return panel(page, Table, kind.capitalize())


def pair(kind, index, other):
    return (index, other) if kind == "false negatives" else (other, index)


def counts(explored, kind, index, name):
    others = [c for c in range(CATEGORIES) if c != index]
    return {c: explored[name].counted(*pair(kind, index, c)) for c in others}


@pytest.mark.parametrize("focus", NAMES)
@pytest.mark.parametrize("index", range(CATEGORIES))
@pytest.mark.parametrize("kind", KINDS)
def test_the_other_categories_come_in_the_order_of_the_focus_with_counts_and_shares(
    explored, kind, index, focus
):
    table = counted(category(explored.study, index, focus=focus), kind)
    found = {name: counts(explored, kind, index, name) for name in NAMES}
    everywhere = {c: sum(found[name][c] for name in NAMES) for c in range(CATEGORIES) if c != index}
    order = sorted(
        (c for c in everywhere if everywhere[c]), key=lambda c: (-found[focus][c], -everywhere[c], c)
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
    everything = counted(category(explored.study, 0, focus="lab"), kind)
    monkeypatch.setattr(error_counts, "OTHERS", 1)
    table = counted(category(explored.study, 0, focus="lab"), kind)
    rows = table.rows
    assert table.whole().rows == everything.rows
    assert everything.whole is None
    assert len(rows) == 2
    assert rows[1][0].text.endswith(" others")
    for at, name in enumerate(NAMES, 1):
        assert read(rows[0][at].text) + read(rows[1][at].text) == sum(
            counts(explored, kind, 0, name).values()
        )


def test_no_errors_at_all_are_said_to_be_none(explored):
    counts = counted(category(explored.study, 4, focus="lab"), "false negatives")
    assert counts.empty == "No false negatives in any dataset."
    assert list(counts.rows) == []
