"""Two categories taken for one another."""

import numpy as np
import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.statistics.wilson import wilson
from shiftscope.views.confusion.confusion import confusion
from shiftscope.views.confusion.sentence import confusion_sentence
from shiftscope.views.page.panels import ImageStrip, Message, Table, plain
from shiftscope.views.parts.number_text import share_interval
from shiftscope.views.parts.sets import sample_sets as sets
from tests.views.conftest import CATEGORIES, columns, panel, positions, read, same_percent

NAMES = ("lab", "field", "night")
PAIRS = [(a, b) for a in range(CATEGORIES) for b in range(CATEGORIES) if a != b]


def choice(page, name):
    found = [each for each in page.choices if each.name == name]
    return found[0] if found else None


@pytest.mark.parametrize(("a", "b"), [(0, 1), (1, 0), (2, 3), (3, 4), (4, 0)])
def test_both_directions_are_counted_with_their_share_of_the_label(explored, a, b):
    rows = panel(confusion(explored.study, a, b), Table, "How often").rows
    assert [row[0].text for row in rows] == list(NAMES)
    for row in rows:
        for (label, prediction), number, share in (((a, b), *row[1:3]), ((b, a), *row[3:5])):
            total = sum(explored[row[0].text].counted(label, p) for p in range(CATEGORIES))
            wrong = explored[row[0].text].counted(label, prediction)
            assert read(number.text) == wrong
            assert same_percent(share.text, wrong / total if total else np.nan)
            assert share.note == share_interval(*map(float, wilson(wrong, total)))


def test_images_of_both_directions_come_most_confident_first(explored):
    page = confusion(explored.study, 0, 1)
    for title, pair in (("a classified as b", (0, 1)), ("b classified as a", (1, 0))):
        expected = {name: explored[name].having(*pair) for name in NAMES if explored[name].counted(*pair)}
        assert {strip.title: positions(strip.pictures) for strip in columns(page, title)} == {
            name: having[:24] for name, having in expected.items()
        }


def test_more_images_load_on(explored):
    a, b = max(PAIRS, key=lambda pair: explored.field.counted(*pair))
    page = confusion(explored.study, a, b, images=2)
    strip = next(
        each for each in columns(page, f"{'abcde'[a]} classified as {'abcde'[b]}") if each.title == "field"
    )
    assert positions(strip.pictures) == explored.field.having(a, b)[:2]
    assert "images=8" in strip.more.page
    assert all("images=2" in link.page for each in page.choices for link in each.options)


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_the_dataset_with_most_of_them_is_the_focus_unless_chosen(explored, a, b):
    worst = min(("field", "night"), key=lambda name: np.divide(*explored[name].judged()))
    most = max(("field", "night", "lab"), key=lambda name: explored[name].counted(a, b))
    most = most if explored[most].counted(a, b) else worst
    assert choice(confusion(explored.study, a, b), "Focus").current == most
    assert choice(confusion(explored.study, a, b, focus="night"), "Focus").current == "night"


def test_right_ones_are_of_the_focus_or_of_the_reference(explored):
    page = confusion(explored.study, 0, 1, focus="field")
    assert choice(page, "Right ones of").current == "lab"
    other = confusion(explored.study, 0, 1, focus="field", compare="focus")
    assert choice(other, "Right ones of").current == "field"
    assert panel(page, Message).text != panel(other, Message).text
    assert all("compare=focus" in link.page for link in choice(other, "Focus").options)
    assert choice(confusion(explored.study, 0, 1, focus="lab"), "Right ones of") is None


def test_where_the_baseline_tells_none_right_those_of_the_focus_are_taken(explored):
    # No sample of night is labelled d, so it tells none right.
    page = confusion(explored.study, 3, 1, baseline="night", focus="field")
    assert choice(page, "Right ones of").current == "field"


@pytest.mark.parametrize("layer", ["hidden", "conv"])
def test_units_of_four_sets_are_chosen_in_the_focus(explored, layer):
    page = confusion(explored.study, 0, 1, layer=layer, focus="field")
    plain, maxima = explored.field, explored.lab.maximum(layer)
    scale = np.where(maxima > 0, maxima, np.nan)
    labelled = np.flatnonzero(plain.shown & np.isin(plain.labels, [0, 1])).tolist()
    there, back = plain.having(0, 1), plain.having(1, 0)
    expected = {
        f"Units of {layer} on all samples of a and b, right and wrong": labelled,
        f"Units of {layer} on samples of a and b taken for one another": [*there, *back],
        f"Units of {layer} on a classified as b": there,
        f"Units of {layer} on b classified as a": back,
    }
    for title, rows in expected.items():
        mean = plain.responses(layer)[rows].mean(axis=0) / scale
        order = sorted((u for u in range(len(mean)) if mean[u] > 0), key=lambda u: (-mean[u], u))[:8]
        table = panel(page, Table, title)
        assert [row[0].text for row in table.rows] == [f"unit {u}" for u in order]
        assert all(same_percent(r[1].text, mean[u]) for r, u in zip(table.rows, order, strict=True))


def test_it_is_said_which_of_the_four_sets_is_whose(explored):
    page = confusion(explored.study, 0, 1)
    assert "Deephys' confusion page" in panel(page, Table, "on all samples").columns[1].help
    assert "Deephys paper" in panel(page, Table, "taken for one another").columns[1].help


def test_a_page_says_when_it_read_a_set_in_part(explored, monkeypatch):
    monkeypatch.setattr(sets, "READ_AT_MOST", 1)
    sets.mean_response.cache_clear()
    sets.mean_logits.cache_clear()
    page = confusion(explored.study, 0, 1)
    assert "from 1 samples of a larger set" in panel(page, Table, "Contributions").note
    assert "from 1 samples of a larger set" in panel(page, Table, "on a classified as b").note
    sets.mean_response.cache_clear()
    sets.mean_logits.cache_clear()


def test_datasets_without_responses_show_what_summaries_tell(summaries_only):
    study = summaries_only.study
    pairs = [(a, b) for a in range(4) for b in range(4) if a != b]
    a, b = max(pairs, key=lambda pair: summaries_only.lab.counted(*pair))
    page = confusion(study, a, b, focus="lab", compare="baseline")
    assert len(panel(page, Table, "on all samples of").rows) > 0
    assert panel(page, Table, "taken for one another").empty == "lab was recorded with summaries alone."
    assert panel(page, Message, "What turns").text


def test_categories_that_are_never_confused_have_a_page(explored):
    page = confusion(explored.study, 4, 0)
    worst = min(("field", "night"), key=lambda name: np.divide(*explored[name].judged()))
    assert page.sentence == f"{worst} holds no e"
    assert f"No sample of {worst} labelled e is classified a" in panel(page, Message).text
    assert panel(page, ImageStrip, "e classified as a").empty == "No such sample in any dataset."


def test_the_other_direction_is_one_choice_away(explored):
    (link,) = choice(confusion(explored.study, 0, 1), "Reverse").options
    assert (link.text, link.page) == ("see b → a", "confusions/1/0")


@pytest.mark.parametrize(("a", "b"), [(0, 1), (2, 3), (1, 2)])
def test_the_heading_says_how_many_in_the_set_with_most_of_them(explored, a, b):
    page = confusion(explored.study, a, b)
    counts = {name: explored[name].counted(a, b) for name in ("field", "night", "lab")}
    most = max(counts, key=counts.get)
    total = sum(explored[most].counted(a, p) for p in range(CATEGORIES))
    first, second = "abcde"[a], "abcde"[b]
    assert page.sentence == confusion_sentence(first, second, most, counts[most], total)
    assert plain(page.lede).startswith(f"{counts[most]} of {total}; in lab ")
    assert share_interval(*map(float, wilson(counts[most], total))) in page.lede[0].help
    assert [choice.name for choice in page.choices][:4] == ["Focus", "Baseline", "Layer", "Reverse"]


def test_a_page_has_five_panels_at_most_and_the_rest_is_folded(explored):
    page = confusion(explored.study, 0, 1)
    assert [type(each).__name__ for each in page.panels] == ["Equation", "Table", "Folds"]
    assert [fold.key for fold in page.panels[-1].panels] == [
        "how-often",
        "all-images",
        "all-units",
        "where-else",
    ]


def test_a_focus_that_is_the_baseline_is_said(explored):
    assert "lab is both focus and baseline" in plain(confusion(explored.study, 0, 1, focus="lab").lede)


def test_a_category_is_not_taken_for_itself(explored):
    with pytest.raises(BadRequest, match="between two different categories"):
        confusion(explored.study, 2, 2)


@pytest.mark.parametrize(("a", "b"), [(0, 5), (5, 0), (-1, 0)])
def test_a_category_that_is_not_there_is_named(explored, a, b):
    with pytest.raises(NotInStudy, match=r"no category (5|-1); there are 5"):
        confusion(explored.study, a, b)
