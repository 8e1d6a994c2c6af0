"""What the page of one category says."""

import numpy as np
import pytest

from shiftscope.errors import NotInStudy
from shiftscope.statistics.newcombe import newcombe
from shiftscope.statistics.wilson import wilson
from shiftscope.views.category.category import category
from shiftscope.views.page.panels import Facts, Message, Table
from shiftscope.views.parts.number_text import points_interval, share_interval
from tests.views.conftest import (
    CATEGORIES,
    panel,
    panels,
    read,
    same_percent,
    strongest_first,
    texts,
)

NAMES = ("lab", "field", "night")


@pytest.mark.parametrize("reference", ["lab", "night"])
@pytest.mark.parametrize("index", range(CATEGORIES))
def test_accuracy_samples_and_both_kinds_of_error_in_each_dataset(explored, index, reference):
    page = category(explored.study, index, baseline=reference)

    def answers(name):
        total = sum(explored[name].counted(index, p) for p in range(CATEGORIES))
        return explored[name].counted(index, index), total

    for name in NAMES:
        facts = {fact.name: fact for fact in panel(page, Facts, name).facts}
        right, total = answers(name)
        mistaken = sum(explored[name].counted(label, index) for label in range(CATEGORIES) if label != index)
        assert same_percent(facts["accuracy"].value, right / total if total else np.nan)
        assert read(facts["samples"].value) == total
        assert read(facts["false negatives"].value) == total - right
        assert read(facts["false positives"].value) == mistaken
        note = facts["accuracy"].note
        assert share_interval(*map(float, wilson(right, total))) in note
        change, low, high = map(float, newcombe(right, total, *answers(reference)))
        if name != reference and np.isfinite(change):
            assert f"{points_interval(change, low).split(' to ')[0]} points" in note
            assert f"({points_interval(low, high)})" in note
        else:
            assert "points" not in note


@pytest.mark.parametrize(("focus", "focused"), [(None, "field"), ("lab", "lab"), ("night", "night")])
def test_units_are_those_of_the_focus_which_is_the_first_shifted_set_unless_chosen(explored, focus, focused):
    page = category(explored.study, 1, focus=focus)
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
    for card in panels(page, Facts):
        assert [fact.value for fact in card.facts][:3] == ["–", "0", "0"]


def test_datasets_without_responses_keep_all_but_the_units_of_errors(summaries_only):
    page = category(summaries_only.study, 0)
    assert len(panel(page, Table, "that respond to a").rows) > 0
    for kind in ("false negatives", "false positives"):
        assert "summaries alone" in panel(page, Table, f"on all {kind}").empty


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
