"""The numbers of the first page."""

from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from shiftscope.errors import BadRequest
from shiftscope.explain.interventions.intervene import intervene_through_head
from shiftscope.scores.estimation.stored_estimates import stored_estimates
from shiftscope.scores.score import unit_scores
from shiftscope.statistics.newcombe import newcombe
from shiftscope.statistics.wilson import wilson
from shiftscope.views.layer.layer import layer_units
from shiftscope.views.overview import shown_overview
from shiftscope.views.overview.overview import overview
from shiftscope.views.overview.shift_profile import in_part
from shiftscope.views.page.panels import Cases, Chart, Message, Table, plain
from shiftscope.views.parts.number_text import number
from shiftscope.views.parts.units.differing import DIFFERENCES
from tests.views.conftest import (
    CATEGORIES,
    panel,
    panels,
    positions,
    read,
    same_number,
    same_percent,
    scores,
    strongest_first,
    texts,
)


def facts(page, name):
    """A dataset's row by the names of the columns."""
    table = panel(page, Table, "Datasets")
    (row,) = (row for row in table.rows if row[0].text == name)
    return dict(zip((column.name for column in table.columns), row, strict=True))


def case(page, name):
    (found,) = (case for case in panel(page, Cases).cases if case.name == name)
    return found


def fold(page, key):
    (found,) = (each for each in page.panels[-1].panels if each.key == key)
    return found


def ends(note):
    low, high = note.split(" to ")
    return read(low), read(high)


def of_label(plain, label):
    return sum(plain.counted(label, p) for p in range(CATEGORIES))


@pytest.mark.parametrize("reference", ["lab", "field"])
def test_each_dataset_shows_its_accuracy_samples_and_wrong_answers(explored, reference):
    page = overview(explored.study, baseline=reference)
    assert panel(page, Table, "Datasets").rows[0][0].text == reference
    usual = explored[reference].judged()
    for name in ("lab", "field", "night"):
        shown, (told, judged) = facts(page, name), explored[name].judged()
        assert same_percent(shown["accuracy"].text, told / judged)
        assert read(shown["samples"].text) == len(explored[name])
        assert read(shown["wrong"].text) == judged - told
        low, high = (100 * float(end) for end in wilson(told, judged))
        assert shown["accuracy"].note == f"{low:.1f} to {high:.1f} %"
        change = shown["change"]
        if name == reference:
            assert not change.text
        else:
            expected = [100 * float(number) for number in newcombe(told, judged, *usual)]
            found = [read(change.text.removesuffix(" points")), *ends(change.note)]
            assert found == pytest.approx(expected, abs=0.0501)
    assert facts(page, "field")["samples"].note == "2 unlabelled, 3 skipped"
    assert facts(page, "night")["samples"].note == ""


@pytest.mark.parametrize(("reference", "shifted"), [("lab", "field"), ("lab", "night"), ("field", "lab")])
@pytest.mark.parametrize("layer", ["hidden", "conv"])
def test_each_shifted_dataset_shows_the_median_of_the_published_scores(explored, layer, reference, shifted):
    shown = facts(overview(explored.study, layer=layer, baseline=reference), shifted)
    for score in ("novelty", "spurious"):
        values = scores(explored, shifted, reference, layer)[score]
        fact = shown[f"median {unit_scores[score].title}"]
        defined = sorted(values[~np.isnan(values)])
        middle = len(defined) // 2
        median = defined[middle] if len(defined) % 2 else (defined[middle - 1] + defined[middle]) / 2
        assert same_number(fact.text, median), score
        undefined = len(values) - len(defined)
        notes = [f"{undefined} of {len(values)} undefined"] if undefined else []
        floor = stored_estimates(explored.study, shifted, reference, layer)[score].floor
        if floor is not None:
            flat = stored_estimates(explored.study, shifted, reference, layer)[score].flat_p >= 0.05
            many = f", {flat.sum()} flat" if flat.any() else ""
            notes.insert(0, f"floor {number(float(np.nanmedian(floor)))}{many}")
        assert fact.note == "; ".join(notes)


def test_the_reference_has_no_scores(explored):
    shown = facts(overview(explored.study), "lab")
    assert {name for name, cell in shown.items() if cell.text} == {"dataset", "accuracy", "samples", "wrong"}


@pytest.mark.parametrize("name", ["field", "night"])
def test_units_counted_as_different_are_those_that_the_linked_page_shows(explored, name):
    shown = facts(overview(explored.study), name)
    estimates = stored_estimates(explored.study, name, "lab", "hidden")
    auroc = estimates["shift_auroc"]
    apart = (auroc.q < 0.05) & ((auroc.value < 0.4) | (auroc.value > 0.6))
    reordered = estimates["spurious"].low > 0.5
    for verb, units in (("respond more or less strongly", apart), ("prefer other categories", reordered)):
        fact = shown[f"units that {verb}"]
        assert fact.text == f"{units.sum()} of 10"
        path, asked = urlsplit(fact.page).path, parse_qs(urlsplit(fact.page).query)
        assert path == "layers/hidden"
        page = layer_units(explored.study, "hidden", **{key: value for key, (value,) in asked.items()})
        found = {int(row[0].text.removeprefix("unit ")) for row in panel(page, Table).rows}
        assert found == set(np.flatnonzero(units))


def test_each_shifted_set_has_a_case_with_its_loss_and_accuracy_the_worst_first(explored):
    page = overview(explored.study)
    right, total = explored.lab.judged()
    losses = {}
    for name in ("field", "night"):
        told, judged = explored[name].judged()
        change, low, high = (100 * float(end) for end in newcombe(told, judged, right, total))
        shown = case(page, name)
        assert read(shown.loss.removesuffix(" points")) == pytest.approx(change, abs=0.0501)
        assert ends(shown.interval) == pytest.approx((low, high), abs=0.0501)
        assert shown.accuracy.before == right / total
        assert shown.accuracy.after == told / judged
        assert (shown.accuracy.low, shown.accuracy.high) == tuple(map(float, wilson(told, judged)))
        assert shown.accuracy.chance == 1 / CATEGORIES
        losses[name] = change
    assert [one.name for one in panel(page, Cases).cases] == sorted(losses, key=losses.get)
    by_name = overview(explored.study, order="name")
    assert [one.name for one in panel(by_name, Cases).cases] == ["field", "night"]
    assert [one.name for one in panel(overview(explored.study, focus="night"), Cases).cases] == ["night"]


def test_of_more_sets_than_asked_for_the_first_are_shown_and_the_others_offered(explored):
    shown = panel(overview(explored.study, cases=1), Cases)
    assert len(shown.cases) == 1
    assert shown.more.text == "show the other 1"
    assert parse_qs(urlsplit(shown.more.page).query) == {"cases": ["2"]}
    assert panel(overview(explored.study), Cases).more is None


def test_the_confusion_of_a_case_is_the_one_that_grew_most_with_its_images(explored):
    page = overview(explored.study)
    for name in ("field", "night"):
        _, _, _, a, b, pair = grown(explored, [name])[0]
        shown = case(page, name)
        assert shown.ways[0].text == f"{'abcde'[a]} → {'abcde'[b]}"
        assert shown.ways[0].page == f"confusions/{a}/{b}?focus={name}"
        assert (shown.ways[-1].page == f"repair?focus={name}") == (not shown.mild)
        before, after = shown.strips[:2]
        assert after.note == f"classified {'abcde'[b]}, {pair[0]} of {pair[1]}"
        labels, predictions = explored[name].labels, explored[name].predictions
        assert {(labels[p], predictions[p]) for p in positions(after.pictures)} == {(a, b)}
        usual = explored.lab
        assert {(usual.labels[p], usual.predictions[p]) for p in positions(before.pictures)} <= {(a, a)}
        if shown.like:
            assert usual.labels[shown.like.position] == usual.predictions[shown.like.position] == b


def test_a_set_without_labels_has_a_case_without_accuracy(unlabelled):
    page = overview(unlabelled.study)
    shown = case(page, "field")
    assert plain(shown.says[0]) == "No sample has a label and an answer, so there is no accuracy."
    assert (shown.accuracy, shown.loss, shown.ways) == (None, "", [])
    assert page.sentence.endswith("of lab is classified right")
    page = overview(unlabelled.study, baseline="field")
    assert "without labels there is no accuracy to compare" in page.sentence
    assert case(page, "lab").loss == ""


def test_each_dataset_shows_the_first_image_of_its_first_categories(explored):
    page = overview(explored.study)
    for name in ("lab", "field", "night"):
        labels = explored[name].labels.tolist()
        expected = [labels.index(c) for c in sorted(set(labels) - {-1})][:5]
        assert positions(facts(page, name)["images"].pictures) == expected


def test_without_labels_the_first_images_are_shown(unlabelled):
    pictures = facts(overview(unlabelled.study), "field")["images"].pictures
    assert positions(pictures) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("reference", ["lab", "night"])
@pytest.mark.parametrize("score", ["novelty", "spurious"])
def test_the_shift_profile_has_the_median_and_quartiles_of_each_layer(explored, reference, score):
    chart = panel(overview(explored.study, baseline=reference, score=score), Chart)
    rows = {(row["dataset"], row["layer"]): row for row in chart.spec["data"]["values"]}
    others = {"lab", "field", "night"} - {reference}
    assert rows.keys() == {(name, layer) for name in others for layer in ("conv", "hidden")}
    for (name, layer), row in rows.items():
        values = scores(explored, name, reference, layer)[score]
        values = values[~np.isnan(values)]
        expected = [np.quantile(values, share) for share in (0.25, 0.5, 0.75)]
        assert [row["low"], row["median"], row["high"]] == pytest.approx(expected, rel=1e-5, abs=1e-6)
        asked = {name: value for name, (value,) in parse_qs(urlsplit(row["page"]).query).items()}
        assert (asked["focus"], asked["sort"]) == (name, score)
    assert chart.spec["layer"][-1]["encoding"]["x"]["sort"] == ["conv", "hidden"]


def test_the_profile_shows_change_per_category_first_and_change_of_strength_beside_it(
    explored, summaries_only
):
    for study, second in ((explored.study, "wasserstein"), (summaries_only.study, "novelty")):
        charts = panels(overview(study), Chart)
        assert [chart.note.split(" over")[0] for chart in charts] == [
            f"Median {unit_scores[score].title}" for score in ("spurious", second)
        ]
    page = overview(summaries_only.study, score="wasserstein")
    assert "it may take single responses" in panel(page, Message, "Wasserstein").text


def test_where_it_begins_is_the_first_layer_whose_units_answer_to_others(explored):
    said = fold(overview(explored.study), "where").says
    worst = panel(overview(explored.study), Cases).cases[0].name
    medians = {
        layer: np.nanmedian(scores(explored, worst, "lab", layer)["spurious"]) for layer in ("conv", "hidden")
    }
    first = next((layer for layer, median in medians.items() if median >= 0.5), None)
    if first is None:
        assert any(words in said for words in ("in no layer", "no layer as a whole", "changes how strongly"))
    else:
        already = "already " if first == "conv" else ""
        assert said.startswith(f"{already}in {first}: units of {worst} answer to other categories")


def test_where_no_layer_changes_as_a_whole_that_with_most_changed_units_is_named():
    assert in_part("rot", {"conv1": (2, 8), "conv2": (6, 16), "hidden": (5, 24)}) == (  # 25, 38 and 21 %
        "no layer as a whole; most in conv2: 6 of 16 units respond more or less strongly under rot"
    )
    assert in_part("rot", {"conv1": (0, 8)}) == in_part("rot", {}) == "in no layer under rot"


def grown(explored, shifted, reference="lab"):
    """Confusions whose share grew: growth, dataset, label, prediction, counts here and in the reference."""
    found = []
    for name in shifted:
        for a in range(CATEGORIES):
            for b in range(CATEGORIES):
                here, there = of_label(explored[name], a), of_label(explored[reference], a)
                if a == b or not here or not there:
                    continue
                pair = (explored[name].counted(a, b), here, explored[reference].counted(a, b), there)
                if pair[0] / here > pair[2] / there:
                    found.append((pair[2] / there - pair[0] / here, shifted.index(name), name, a, b, pair))
    return sorted(found)


@pytest.mark.parametrize(("focus", "shifted"), [(None, ["field", "night"]), ("night", ["night"])])
def test_confusions_are_in_the_order_of_how_much_their_share_grew(explored, focus, shifted):
    table = panel(overview(explored.study, focus=focus), Table, "Confusions")
    expected = grown(explored, shifted)
    assert len(table.rows) == min(10, len(expected))
    for row, (growth, _, name, a, b, pair) in zip(table.rows, expected, strict=False):
        assert [row[0].text, row[1].text] == [f"{'abcde'[a]} → {'abcde'[b]}", name]
        assert read(row[2].text) == pair[0]
        for cell, answers in ((row[3], pair[:2]), (row[4], pair[2:])):
            assert same_percent(cell.text, answers[0] / answers[1])
            low, high = wilson(*answers)
            assert cell.note == f"{100 * low:.1f} to {100 * high:.1f} %"
        assert read(row[5].text) == pytest.approx(-100 * growth, abs=0.0501)
        expected_ends = [100 * float(end) for end in newcombe(*pair)[1:]]
        assert ends(row[5].note) == pytest.approx(expected_ends, abs=0.0501)


def test_categories_are_in_the_order_of_what_they_lost_and_an_empty_one_shows_dashes(explored):
    table = panel(overview(explored.study), Table, "Categories")
    rows = {row[0].text: row for row in table.rows}
    lost = {}
    for c in range(CATEGORIES):
        counts = {
            name: (explored[name].counted(c, c), of_label(explored[name], c)) for name in explored.plain
        }
        row = rows["abcde"[c]]
        for cell, (right, total) in zip(row[3:], counts.values(), strict=True):
            assert same_percent(cell.text, right / total if total else np.nan)
            low, high = wilson(right, total)
            assert cell.note == (f"{100 * low:.1f} to {100 * high:.1f} %" if total else "")
        changes = {
            name: [100 * float(n) for n in newcombe(*counts[name], *counts["lab"])]
            for name in ("field", "night")
            if counts[name][1] and counts["lab"][1]
        }
        if not changes:
            assert [cell.text for cell in row[1:3]] == ["–", "–"]
            continue
        worst = min(changes, key=lambda name: changes[name][0])
        assert row[2].text == worst
        assert [read(row[1].text.removesuffix(" points")), *ends(row[1].note)] == pytest.approx(
            changes[worst], abs=0.0501
        )
        lost["abcde"[c]] = changes[worst][0]
    assert [row[0].text for row in table.rows] == [*sorted(lost, key=lambda name: (lost[name], name)), "e"]
    assert "d" in lost  # the night has none, so it lost most in the field
    assert rows["d"][2].text == "field"


def test_a_focus_orders_the_categories_by_what_they_lost_in_it(explored):
    table = panel(overview(explored.study, focus="night"), Table, "Categories")
    assert [column.name for column in table.columns] == ["category", "change", "lab", "night"]
    lost = {}
    for c in range(3):
        shares = [explored[n].counted(c, c) / of_label(explored[n], c) for n in ("night", "lab")]
        lost["abcde"[c]] = shares[0] - shares[1]
    assert [row[0].text for row in table.rows] == [
        *sorted(lost, key=lambda name: (lost[name], name)),
        "d",
        "e",
    ]


def test_the_units_most_to_blame_are_within_each_set_those_whose_silence_repairs_most(explored):
    page = overview(explored.study, layer="conv")
    tables = [each for each in fold(page, "blame").panels if isinstance(each, Table)]
    rows = [row for table in tables for row in table.rows]
    assert rows
    for name in ("field", "night"):
        alone = [
            intervene_through_head(explored.study, [unit], datasets=[name]).answers[name].pairs
            for unit in range(10)
        ]
        nets = [pairs.fixed - pairs.broken for pairs in alone]
        best = [u for u in sorted(range(10), key=lambda u: (-nets[u], u)) if nets[u] > 0][:3]
        shown = [row for row in rows if row[0].text == name]
        assert {row[1].text for row in shown} == {f"unit {unit}" for unit in best}
        for row in shown:
            unit = int(row[1].text.removeprefix("unit "))
            assert urlsplit(row[1].page).path == f"layers/hidden/units/{unit}"
            assert row[4].value == pytest.approx(min(1, 10 * alone[unit].p))
            for cell, where in zip(row[5:], ("lab", name), strict=True):
                assert strongest_first(cell.pictures, explored[where], "hidden", unit)


def test_what_a_unit_repairs_and_breaks_alone_is_what_silencing_it_does(explored):
    table = next(each for each in fold(overview(explored.study), "blame").panels if isinstance(each, Table))
    for row in table.rows:
        unit = int(row[1].text.removeprefix("unit "))
        answers = intervene_through_head(explored.study, [unit], datasets=[row[0].text]).answers[row[0].text]
        told, judged = explored[row[0].text].judged()
        assert row[2].text == f"{len(answers.fixed)} of {judged - told}"
        assert row[3].text == f"{len(answers.broken)} of {told}"


def test_blame_takes_labels(unlabelled):
    (table,) = fold(overview(unlabelled.study), "blame").panels
    assert not table.rows
    assert "it takes labels" in table.empty


@pytest.mark.parametrize("focus", [None, "field"])
def test_the_most_shifted_units_are_those_of_the_most_extreme_score_with_their_images(explored, focus):
    table = panel(overview(explored.study, score="novelty", focus=focus), Table, "Most shifted units")
    for name in ("field", "night"):
        rows = [row for row in table.rows if row[1].text == name]
        if focus and name != focus:
            assert not rows
            continue
        found = scores(explored, name, "lab", "hidden")["novelty"]
        defined = [u for u in range(10) if not np.isnan(found[u]) and found[u]]
        best = sorted(defined, key=lambda u: (-abs(found[u]), u))[: len(rows)]
        assert [row[0].text for row in rows] == [f"unit {u}" for u in best]
        for row, unit in zip(rows, best, strict=True):
            assert same_number(row[2].text, found[unit])
            for cell, where in zip(row[3:], ("lab", name), strict=True):
                assert strongest_first(cell.pictures, explored[where], "hidden", unit)


@pytest.mark.parametrize(
    ("stronger", "other", "named"),
    [
        (3, 0, "shift AUROC"),
        (3, 1, "scrambled preference (spurious)"),
        (0, 0, "scrambled preference (spurious)"),
    ],
)
def test_units_that_changed_only_in_strength_are_shown_by_strength(
    explored, monkeypatch, stronger, other, named
):
    by_score = {way.score: way for way in DIFFERENCES}
    told = [(by_score["shift_auroc"], stronger), (by_score["spurious"], other)]
    monkeypatch.setattr(shown_overview, "differing", lambda selection, name: told)
    table = panel(overview(explored.study), Table, "Most shifted units")
    assert table.columns[2].name == named


def test_a_score_that_tests_shows_its_q_beside_it(explored):
    table = panel(overview(explored.study, score="shift_auroc"), Table, "Most shifted units")
    assert [column.name for column in table.columns][2:4] == ["shift AUROC", "q"]
    for row in table.rows:
        estimate = stored_estimates(explored.study, row[1].text, "lab", "hidden")["shift_auroc"]
        unit = int(row[0].text.removeprefix("unit "))
        assert row[3].value == pytest.approx(estimate.q[unit], nan_ok=True)
    distance = [abs(row[2].value - 0.5) for row in table.rows]
    assert distance == sorted(distance, reverse=True)


def test_each_layer_shows_its_units_and_the_median_of_the_score(explored):
    rows = texts(panel(overview(explored.study, score="novelty"), Table, "Layers"))
    assert [row[0] for row in rows] == ["conv", "hidden"]
    for row, units in zip(rows, (6, 10), strict=True):
        assert row[3] == str(units)
        for text, name in zip(row[4:], ("field", "night"), strict=True):
            assert same_number(text, np.nanmedian(scores(explored, name, "lab", row[0])["novelty"]))


def test_a_score_that_does_not_compare_is_refused(explored):
    with pytest.raises(
        BadRequest, match=r"no score 'selectivity' compares two datasets; there are .*novelty"
    ):
        overview(explored.study, score="selectivity")
