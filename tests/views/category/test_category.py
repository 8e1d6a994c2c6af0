"""What the page of one category says."""

import numpy as np
import pytest

from shiftscope.errors import NotInStudy
from shiftscope.statistics.newcombe import newcombe
from shiftscope.statistics.wilson import wilson
from shiftscope.views.category.category import category
from shiftscope.views.category.sentence import category_sentence
from shiftscope.views.page.panels import Compared, Message, Table, plain
from shiftscope.views.parts.number_text import points_interval, share_interval
from tests.views.conftest import (
    CATEGORIES,
    panel,
    positions,
    read,
    same_percent,
    strongest_first,
    texts,
)

NAMES = ("lab", "field", "night")


def row_of(page, name):
    """Cells of a dataset's row: name, drawn, accuracy, samples, false negatives, false positives."""
    (row,) = (row for row in panel(page, Table, "in every set").rows if row[0].text == name)
    return row


@pytest.mark.parametrize("reference", ["lab", "night"])
@pytest.mark.parametrize("index", range(CATEGORIES))
def test_accuracy_samples_and_both_kinds_of_error_in_each_dataset(explored, index, reference):
    page = category(explored.study, index, baseline=reference)

    def answers(name):
        total = sum(explored[name].counted(index, p) for p in range(CATEGORIES))
        return explored[name].counted(index, index), total

    for name in NAMES:
        _, drawn, accuracy, samples, negatives, positives = row_of(page, name)
        right, total = answers(name)
        mistaken = sum(explored[name].counted(label, index) for label in range(CATEGORIES) if label != index)
        assert same_percent(accuracy.text, right / total if total else np.nan)
        assert read(samples.text) == total
        assert read(negatives.text) == total - right
        assert read(positives.text) == mistaken
        if total:
            ends = [drawn.change.after, drawn.change.low, drawn.change.high]
            np.testing.assert_allclose(ends, [right / total, *map(float, wilson(right, total))])
        assert drawn.change.chance == 1 / CATEGORIES
        note = accuracy.note
        assert share_interval(*map(float, wilson(right, total))) in note
        change, low, high = map(float, newcombe(right, total, *answers(reference)))
        if name != reference and np.isfinite(change):
            assert f"{points_interval(change, low).split(' to ')[0]} points" in note
            assert f"({points_interval(low, high)})" in note
        else:
            assert "points" not in note


@pytest.mark.parametrize("focus", [None, "lab", "night", "field"])
def test_units_are_those_of_the_focus_which_is_the_worst_set_unless_chosen(explored, focus):
    page = category(explored.study, 1, focus=focus)
    worst = min(("field", "night"), key=lambda name: np.divide(*explored[name].judged()))
    focused = focus or worst
    table = panel(page, Table, "that respond to b")
    maxima = explored.lab.maximum("hidden")
    scale = np.where(maxima > 0, maxima, np.nan)
    means = explored[focused].category_means("hidden", CATEGORIES)[1] / scale
    order = sorted((u for u in range(10) if means[u] > 0), key=lambda u: (-means[u], u))
    assert [row[0].text for row in table.rows] == [f"unit {u}" for u in order[:12]]
    assert table.columns[1].name == focused


def test_without_a_shifted_set_the_page_is_there(new_study, made):
    study = new_study()
    study.record(made(samples=8), "only", layers=["hidden"], reference=True, progress=False)
    page = category(study, 0)
    assert "choose another focus" in panel(page, Message, "changed").text
    assert len(panel(page, Table, "that respond to a").rows) > 0


def test_a_category_without_samples_shows_dashes_and_says_that_nothing_responds(explored):
    page = category(explored.study, 4)
    assert "No unit responds" in panel(page, Table, "Units of hidden that respond").empty
    assert texts(panel(page, Table, "Units of hidden that respond")) == []
    for name in NAMES:
        assert [cell.text for cell in row_of(page, name)[2:5]] == ["–", "0", "0"]
    assert page.sentence == "field holds no e"


def test_datasets_without_responses_keep_all_but_the_units_of_errors(summaries_only):
    page = category(summaries_only.study, 0)
    assert len(panel(page, Table, "that respond to a").rows) > 0
    for kind in ("false negatives", "false positives"):
        assert "summaries alone" in panel(page, Table, f"on all {kind}").empty


@pytest.mark.parametrize("index", range(4))
def test_the_heading_says_what_the_set_does_and_the_lede_the_numbers(explored, index):
    page = category(explored.study, index, focus="field")
    totals = [sum(explored[name].counted(index, p) for p in range(CATEGORIES)) for name in ("lab", "field")]
    (before, all_before), (right, total) = (
        (explored[name].counted(index, index), total)
        for name, total in zip(("lab", "field"), totals, strict=True)
    )
    assert page.sentence == category_sentence("abcde"[index], "field", (right, total), (before, all_before))
    said = plain(page.lede)
    assert said.startswith(
        f"{before} of {all_before} right in lab, {right} of {total} right in field; most often "
    )
    counts = [explored.field.counted(index, p) if p != index else 0 for p in range(CATEGORIES)]
    assert said.endswith(f"{'abcde'[index]} → {'abcde'[int(np.argmax(counts))]}, {max(counts)}.")


def test_a_page_shows_three_panels_and_folds_the_rest(explored):
    page = category(explored.study, 0, focus="field")
    assert [type(each).__name__ for each in page.panels] == ["Compared", "Table", "Table", "Folds"]
    keys = [fold.key for fold in page.panels[-1].panels]
    assert keys == ["taken-for", "strongest-units", "changed-units", "looks-like", "wrong-samples"]


def test_the_same_samples_stand_side_by_side_where_ids_agree(twinned, explored):
    dusk, lab = twinned["dusk"], twinned.lab
    shown = panel(category(twinned.study, 0, focus="dusk"), Compared)
    order = sorted(np.flatnonzero(dusk.labels == 0).tolist(), key=lambda s: (-dusk.confidences[s], s))[:12]
    before, under = shown.strips
    assert positions(under.pictures) == order
    assert [lab.ids[p] for p in positions(before.pictures)] == [dusk.ids[p] for p in order]
    wrong = [p for p in under.pictures if p.verdict == "wrong"]
    assert [p.caption for p in wrong] == ["abcde"[dusk.predictions[p.position]] for p in wrong]
    assert shown.note.startswith("The same samples in both")
    assert panel(category(explored.study, 0, focus="field"), Compared).note.startswith(
        "Other samples in each"
    )


def test_the_units_that_changed_most_go_from_ring_to_dot(explored):
    table = panel(category(explored.study, 0, focus="field"), Table, "otherwise")
    scale = np.where(explored.lab.maximum("hidden") > 0, explored.lab.maximum("hidden"), np.nan)
    after, before = (
        explored[name].category_means("hidden", CATEGORIES)[0] / scale for name in ("field", "lab")
    )
    change = after - before
    order = sorted(
        (u for u in range(10) if np.isfinite(change[u]) and change[u]), key=lambda u: -abs(change[u])
    )
    assert [row[0].text for row in table.rows] == [f"unit {u}" for u in order[:8]]
    for row, unit in zip(table.rows, order, strict=False):
        assert row[1].value == pytest.approx(change[unit], rel=1e-5)
        ring, dot = row[2].text.split(" → ")
        assert same_percent(ring, before[unit])
        assert same_percent(dot, after[unit])


def test_choosing_a_layer_or_a_focus_keeps_the_number_of_images(explored):
    page = category(explored.study, 0, images=96)
    assert all("images=96" in link.page for choice in page.choices for link in choice.options)
    assert not any(
        "images" in link.page for choice in category(explored.study, 0).choices for link in choice.options
    )


def test_neighbours_are_the_categories_before_and_after(explored):
    first, last = category(explored.study, 0), category(explored.study, 4)
    assert (first.previous, first.next.page) == (None, "categories/1")
    assert (last.previous.page, last.next) == ("categories/3", None)


@pytest.mark.parametrize("index", [-1, 5])
def test_a_category_that_is_not_there_is_named(explored, index):
    with pytest.raises(NotInStudy, match=f"no category {index}; there are 5, from 0 to 4"):
        category(explored.study, index)


@pytest.mark.parametrize("reference", ["lab", "field"])
@pytest.mark.parametrize("layer", ["hidden", "conv"])
def test_pictures_beside_a_unit_are_those_that_move_it_most(explored, layer, reference):
    page = category(explored.study, 1, layer=layer, baseline=reference, focus="night")
    for row in panel(page, Table, "that respond to b").rows:
        unit = int(row[0].text.removeprefix("unit "))
        for cell, name in zip(row[-2:], ("night", reference), strict=True):
            assert strongest_first(cell.pictures, explored[name], layer, unit)


def test_of_many_sets_the_worst_have_a_row_and_the_others_are_named_and_downloaded(grouped):
    table = panel(category(grouped.study, 0, focus="noise 3"), Table, "a in 6 sets")
    assert [row[0].text for row in table.rows][:1] == ["lab"]
    assert len(table.rows) == 6
    assert "3 are not: " in table.note
    assert [row[0].text for row in table.whole().rows] == ["lab", *grouped.study.datasets[1:]]
