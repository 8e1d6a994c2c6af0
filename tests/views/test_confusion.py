"""Two categories taken for one another."""

import numpy as np
import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.views.confusion import confusion
from shiftscope.views.panels import ImageStrip, Table

from .conftest import CATEGORIES, panel, panels, positions, read, same_percent, texts

NAMES = ("lab", "field", "night")


@pytest.mark.parametrize(("a", "b"), [(0, 1), (1, 0), (2, 3), (3, 4), (4, 0)])
def test_both_directions_are_counted_with_their_share_of_the_label(explored, a, b):
    rows = texts(panel(confusion(explored.study, a, b), Table, "How often"))
    assert [row[0] for row in rows] == list(NAMES)
    for row in rows:
        for (label, prediction), number, share in (((a, b), *row[1:3]), ((b, a), *row[3:5])):
            total = sum(explored[row[0]].counted(label, p) for p in range(CATEGORIES))
            wrong = explored[row[0]].counted(label, prediction)
            assert read(number) == wrong
            assert same_percent(share, wrong / total if total else np.nan)


def test_images_of_both_directions_come_most_confident_first(explored):
    strips = panels(confusion(explored.study, 0, 1), ImageStrip)
    assert [strip.title for strip in strips] == [*NAMES, *NAMES]
    for strip, pair in zip(strips, [(0, 1)] * 3 + [(1, 0)] * 3, strict=True):
        expected = explored[strip.title].having(*pair)
        assert positions(strip.pictures) == expected[:24]
        if expected:
            assert strip.note.startswith(f"{min(24, len(expected))} of {len(expected)},")
        else:
            assert strip.empty == "No such sample."
    assert any(strip.pictures for strip in strips)


@pytest.mark.parametrize("reference", ["lab", "field"])
@pytest.mark.parametrize("layer", ["hidden", "conv"])
def test_units_are_compared_with_those_of_samples_told_right_in_the_reference(explored, layer, reference):
    page = confusion(explored.study, 0, 1, layer=layer, reference=reference)
    names = [reference, *(name for name in NAMES if name != reference)]
    pairs = [(name, a, b) for a, b in ((0, 1), (1, 0)) for name in names]
    confused = [(name, a, b) for name, a, b in pairs if explored[name].counted(a, b)]
    tables = panels(page, Table, f"Units of {layer} in ")
    assert [table.title for table in tables] == [f"Units of {layer} in {name}" for name, _, _ in confused]
    assert len(tables) >= 4
    maxima = explored[reference].maximum(layer)
    scale = np.where(maxima > 0, maxima, np.nan)

    def mean(name, label, prediction):
        chosen = explored[name].having(label, prediction)
        total = sum(explored[name].responses(layer)[s] for s in chosen)
        return total / len(chosen) / scale if chosen else np.full(len(maxima), np.nan)

    for table, (name, a, b) in zip(tables, confused, strict=True):
        expected = [mean(name, a, b), mean(reference, a, a), mean(reference, b, b)]
        moved = [u for u in range(len(maxima)) if expected[0][u] > 0]
        order = sorted(moved, key=lambda u: (-expected[0][u], u))[:12]
        assert [row[0].text for row in table.rows] == [f"unit {u}" for u in order]
        for row, unit in zip(table.rows, order, strict=True):
            assert all(same_percent(c.text, e[unit]) for c, e in zip(row[1:], expected, strict=True))


def test_large_sets_are_averaged_over_their_most_confident_samples(explored, monkeypatch):
    monkeypatch.setattr("shiftscope.views.confusion.READ_AT_MOST", 2)
    pairs = [(a, b) for a in range(CATEGORIES) for b in range(CATEGORIES) if a != b]
    a, b = max(pairs, key=lambda pair: explored.lab.counted(*pair))
    confused = explored.lab.having(a, b)
    assert len(confused) > 2
    table = panels(confusion(explored.study, a, b), Table, "Units of hidden in lab")[0]
    responses, maxima = explored.lab.responses("hidden"), explored.lab.maximum("hidden")
    assert len(table.rows) >= 3
    for row in table.rows:
        unit = int(row[0].text.removeprefix("unit "))
        assert same_percent(row[1].text, responses[confused[:2], unit].mean() / maxima[unit])
    assert "at most 2" in table.note


def test_datasets_without_responses_show_counts_and_images_alone(summaries_only):
    page = confusion(summaries_only.study, 0, 1)
    assert [table.title for table in panels(page, Table)] == ["How often"]
    assert len(panels(page, ImageStrip)) == 4


def test_the_other_direction_is_next(explored):
    assert confusion(explored.study, 0, 1).next.page == "confusions/1/0"


def test_a_category_is_not_taken_for_itself(explored):
    with pytest.raises(BadRequest, match="between two different categories"):
        confusion(explored.study, 2, 2)


@pytest.mark.parametrize(("a", "b"), [(0, 5), (5, 0), (-1, 0)])
def test_a_category_that_is_not_there_is_named(explored, a, b):
    with pytest.raises(NotInStudy, match=r"no category (5|-1); there are 5"):
        confusion(explored.study, a, b)
