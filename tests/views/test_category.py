"""What the page of one category says."""

import numpy as np
import pytest

from shiftscope.errors import NotInStudy
from shiftscope.views.category import category
from shiftscope.views.panels import Facts, ImageStrip, Table

from .conftest import (
    CATEGORIES,
    columns,
    panel,
    panels,
    positions,
    read,
    same_percent,
    strongest_first,
    texts,
)

NAMES = ("lab", "field", "night")


@pytest.mark.parametrize("reference", ["lab", "night"])
@pytest.mark.parametrize("index", range(CATEGORIES))
def test_accuracy_samples_and_both_kinds_of_error_in_each_dataset(explored, index, reference):
    page = category(explored.study, index, reference=reference)

    def recall(name):
        total = sum(explored[name].counted(index, p) for p in range(CATEGORIES))
        return explored[name].counted(index, index) / total if total else np.nan

    for name in NAMES:
        facts = {fact.name: fact for fact in panel(page, Facts, name).facts}
        missed = sum(explored[name].counted(index, p) for p in range(CATEGORIES) if p != index)
        mistaken = sum(explored[name].counted(label, index) for label in range(CATEGORIES) if label != index)
        assert same_percent(facts["accuracy"].value, recall(name))
        assert read(facts["samples"].value) == missed + explored[name].counted(index, index)
        assert read(facts["false negatives"].value) == missed
        assert read(facts["false positives"].value) == mistaken
        note = facts["accuracy"].note
        if name == reference:
            assert note == "reference"
        else:
            difference = 100 * (recall(name) - recall(reference))
            assert read(note) == pytest.approx(difference, abs=0.0501, nan_ok=True)


@pytest.mark.parametrize("index", range(CATEGORIES))
@pytest.mark.parametrize("kind", ["false negatives", "false positives"])
def test_errors_are_counted_by_the_other_category_with_their_share(explored, index, kind):
    tables = [
        table
        for table in panels(category(explored.study, index), Table)
        if table.columns[0].name == ("predicted as" if kind == "false negatives" else "label")
    ]
    shown = {table.title.split()[-1]: table for table in tables}
    assert len(shown) == len(tables)
    for name in NAMES:
        pair = (lambda c: (index, c)) if kind == "false negatives" else (lambda c: (c, index))
        counts = {c: explored[name].counted(*pair(c)) for c in range(CATEGORIES) if c != index}
        if not any(counts.values()):
            assert name not in shown or not shown[name].rows
            continue
        table = shown[name]
        order = sorted((c for c in counts if counts[c]), key=lambda c: (-counts[c], c))
        assert [row[0].text for row in table.rows] == ["abcde"[c] for c in order]
        for row, c in zip(table.rows, order, strict=True):
            assert read(row[1].text) == counts[c]
            assert same_percent(row[2].text, counts[c] / sum(counts.values()))
            assert row[0].page == "confusions/{}/{}".format(*pair(c))


@pytest.mark.parametrize("index", range(CATEGORIES))
def test_images_of_errors_come_most_confident_first(explored, index):
    page = category(explored.study, index)
    for name in NAMES:
        plain = explored[name]
        missed = [s for p in range(CATEGORIES) if p != index for s in plain.having(index, p)]
        mistaken = [s for label in range(CATEGORIES) if label != index for s in plain.having(label, index)]
        for title, expected in (("False negatives", missed), ("False positives", mistaken)):
            (strip,) = (p for p in columns(page, title) if isinstance(p, ImageStrip) and p.title == name)
            expected.sort(key=lambda s: (-plain.confidences[s], s))
            assert positions(strip.pictures) == expected[:24]
            assert all(picture.verdict == "wrong" for picture in strip.pictures)
            if expected:
                assert strip.note.startswith(f"{min(24, len(expected))} of {len(expected)},")
            else:
                assert strip.empty == f"No {title.lower()}."


@pytest.mark.parametrize("reference", ["lab", "field"])
@pytest.mark.parametrize("layer", ["hidden", "conv"])
def test_units_come_by_their_mean_response_over_the_reference_maximum(explored, layer, reference):
    page = category(explored.study, 1, layer=layer, reference=reference)
    table = panel(page, Table, f"Units of {layer}")
    maxima = explored[reference].maximum(layer)
    scale = np.where(maxima > 0, maxima, np.nan)
    means = {name: explored[name].category_means(layer, CATEGORIES)[1] / scale for name in NAMES}
    moved = [u for u in range(len(maxima)) if means[reference][u] > 0]
    order = sorted(moved, key=lambda u: (-means[reference][u], u))[:12]
    assert [row[0].text for row in table.rows] == [f"unit {u}" for u in order]
    names = [reference, *(name for name in NAMES if name != reference)]
    assert [column.name for column in table.columns[1:4]] == names
    for row, unit in zip(table.rows, order, strict=True):
        for cell, name in zip(row[1:4], names, strict=True):
            assert same_percent(cell.text, means[name][unit])
        assert strongest_first(row[4].pictures, explored[reference], layer, unit)


def test_a_category_without_samples_shows_dashes_and_says_that_nothing_responds(explored):
    page = category(explored.study, 4)
    assert "No unit responds" in panel(page, Table, "Units of hidden").empty
    assert texts(panel(page, Table, "Units of hidden")) == []
    for card in panels(page, Facts):
        assert [fact.value for fact in card.facts][:3] == ["–", "0", "0"]


def test_neighbours_are_the_categories_before_and_after(explored):
    first, last = category(explored.study, 0), category(explored.study, 4)
    assert (first.previous, first.next.page) == (None, "categories/1")
    assert (last.previous.page, last.next) == ("categories/3", None)


@pytest.mark.parametrize("index", [-1, 5])
def test_a_category_that_is_not_there_is_named(explored, index):
    with pytest.raises(NotInStudy, match=f"no category {index}; there are 5, from 0 to 4"):
        category(explored.study, index)
