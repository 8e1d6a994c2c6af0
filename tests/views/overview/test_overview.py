"""The numbers of the first page."""

from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from shiftscope.errors import BadRequest
from shiftscope.scores.estimation.stored_estimates import stored_estimates
from shiftscope.statistics.newcombe import newcombe
from shiftscope.statistics.wilson import wilson
from shiftscope.views.layer.layer import layer_units
from shiftscope.views.overview.overview import overview
from shiftscope.views.page.panels import Chart, Facts, ImageStrip, Message, Table
from shiftscope.views.parts.number_text import number
from tests.views.conftest import (
    CATEGORIES,
    columns,
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
    return {fact.name: fact for fact in panel(page, Facts, name).facts}


def sentence(page, name):
    (found,) = (message for message in columns(page, "What the shift did") if message.title == name)
    return found.text


def ends(note):
    low, high = note.split(" to ")
    return read(low), read(high)


def of_label(plain, label):
    return sum(plain.counted(label, p) for p in range(CATEGORIES))


@pytest.mark.parametrize("reference", ["lab", "field"])
def test_each_dataset_shows_its_accuracy_samples_and_wrong_answers(explored, reference):
    page = overview(explored.study, baseline=reference)
    assert next(card.title for card in panels(page, Facts)) == reference
    usual = explored[reference].judged()
    for name in ("lab", "field", "night"):
        shown, (told, judged) = facts(page, name), explored[name].judged()
        assert same_percent(shown["accuracy"].value, told / judged)
        assert read(shown["samples"].value) == len(explored[name])
        assert read(shown["wrong"].value) == judged - told
        low, high = (100 * float(end) for end in wilson(told, judged))
        interval, *change = shown["accuracy"].note.split("; ")
        assert interval == f"{low:.1f} to {high:.1f} %"
        if name == reference:
            assert not change
        else:
            points, rest = change[0].split(" points (")
            expected = [100 * float(number) for number in newcombe(told, judged, *usual)]
            found = [read(points), *ends(rest.removesuffix(")"))]
            assert found == pytest.approx(expected, abs=0.0501)
    assert facts(page, "field")["samples"].note == "2 unlabelled, 3 skipped"
    assert facts(page, "night")["samples"].note == ""


@pytest.mark.parametrize(("reference", "shifted"), [("lab", "field"), ("lab", "night"), ("field", "lab")])
@pytest.mark.parametrize("layer", ["hidden", "conv"])
def test_each_shifted_dataset_shows_the_median_of_the_published_scores(explored, layer, reference, shifted):
    shown = facts(overview(explored.study, layer=layer, baseline=reference), shifted)
    for score in ("novelty", "spurious"):
        values = scores(explored, shifted, reference, layer)[score]
        fact = shown[f"median {score}"]
        defined = sorted(values[~np.isnan(values)])
        middle = len(defined) // 2
        median = defined[middle] if len(defined) % 2 else (defined[middle - 1] + defined[middle]) / 2
        assert same_number(fact.value, median), score
        undefined = len(values) - len(defined)
        notes = [f"{undefined} of {len(values)} undefined"] if undefined else []
        floor = stored_estimates(explored.study, shifted, reference, layer)[score].floor
        if floor is not None:
            flat = stored_estimates(explored.study, shifted, reference, layer)[score].flat_p >= 0.05
            many = f", {flat.sum()} flat" if flat.any() else ""
            notes.insert(0, f"floor {number(float(np.nanmedian(floor)))}{many}")
        assert fact.note == "; ".join(notes)


def test_the_reference_has_no_scores(explored):
    assert set(facts(overview(explored.study), "lab")) == {"accuracy", "samples", "wrong"}


@pytest.mark.parametrize("name", ["field", "night"])
def test_units_counted_as_different_are_those_that_the_linked_page_shows(explored, name):
    shown = facts(overview(explored.study), name)
    estimates = stored_estimates(explored.study, name, "lab", "hidden")
    auroc = estimates["shift_auroc"]
    apart = (auroc.q < 0.05) & ((auroc.value < 0.4) | (auroc.value > 0.6))
    reordered = estimates["spurious"].low > 0.5
    for verb, units in (("respond more or less strongly", apart), ("prefer other categories", reordered)):
        fact = shown[f"units that {verb}"]
        assert fact.value == f"{units.sum()} of 10"
        path, asked = urlsplit(fact.page).path, parse_qs(urlsplit(fact.page).query)
        assert path == "layers/hidden"
        page = layer_units(explored.study, "hidden", **{key: value for key, (value,) in asked.items()})
        found = {int(row[0].text.removeprefix("unit ")) for row in panel(page, Table).rows}
        assert found == set(np.flatnonzero(units))


def test_the_sentences_say_what_the_cards_say(explored):
    page = overview(explored.study)
    for name in ("field", "night"):
        said, shown = sentence(page, name), facts(page, name)
        told, judged = explored[name].judged()
        right, total = explored.lab.judged()
        _, low, high = newcombe(told, judged, right, total)
        before, after = f"{100 * right / total:.1f} %", f"{100 * told / judged:.1f} %"
        assert high < 0 or low < 0 < high
        if high < 0:
            assert said.startswith(f"Accuracy fell from {before} to {after}; ")
        else:
            assert said.startswith(f"Accuracy is {after} and {before} in lab, no more apart than chance")
        apart = read(shown["units that respond more or less strongly"].value.split()[0])
        other = read(shown["units that prefer other categories"].value.split()[0])
        assert (
            f"of the 10 units of hidden, {apart:.0f} respond more or less strongly (q < 0.05, shift" in said
        )
        assert f" and {other:.0f} prefer other categories (spurious above 0.5" in said
        confusion = shown["confusion that grew most"]
        share, was = (read(part) for part in confusion.note.split(", up from "))
        label = confusion.value.split(" → ")[0]
        assert said.endswith(
            f"largest growth of a confusion: {confusion.value}, {share:.0f} % of the samples labelled {label}, up from "
            f"{was:.0f} %."
        )


def test_an_accuracy_that_rose_is_said_to_have_risen(explored):
    right, total = explored.field.judged()
    told, judged = explored.lab.judged()
    assert newcombe(told, judged, right, total)[1] > 0
    expected = f"Accuracy rose from {100 * right / total:.1f} % to {100 * told / judged:.1f} %; "
    assert sentence(overview(explored.study, baseline="field"), "lab").startswith(expected)


def test_a_set_without_labels_has_a_sentence_without_accuracy(unlabelled):
    page = overview(unlabelled.study)
    assert sentence(page, "field").startswith("No sample has a label and an answer, so there is no accuracy")
    assert "confusion" not in sentence(page, "field")
    page = overview(unlabelled.study, baseline="field")
    assert "; field has none to compare with" in sentence(page, "lab")


def test_each_dataset_shows_the_first_image_of_its_first_categories(explored):
    page = overview(explored.study)
    for name in ("lab", "field", "night"):
        strip = panel(page, ImageStrip, f"Images of {name}")
        labels = explored[name].labels.tolist()
        assert positions(strip.pictures) == [labels.index(c) for c in sorted(set(labels) - {-1})]


def test_without_labels_the_first_images_are_shown(unlabelled):
    strip = panel(overview(unlabelled.study), ImageStrip, "Images of field")
    assert positions(strip.pictures) == [0, 1, 2, 3, 4, 5]


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


def test_the_score_of_the_profile_is_one_that_does_not_cancel_if_it_can_be_measured(explored, summaries_only):
    for study, name in ((explored.study, "wasserstein"), (summaries_only.study, "novelty")):
        page = overview(study)
        (choice,) = (choice for choice in page.choices if choice.name == "Score")
        assert choice.current == name
        assert panel(page, Chart).note.startswith(f"Median {name}")
    page = overview(summaries_only.study, score="wasserstein")
    assert "it may take single responses" in panel(page, Message, "Where in the network").text


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
    table = panel(overview(explored.study, focus=focus), Table, "Confusions that grew most")
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
    table = panel(overview(explored.study), Table, "Categories that lost most")
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
    table = panel(overview(explored.study, focus="night"), Table, "Categories that lost most")
    assert [column.name for column in table.columns] == ["category", "change", "lab", "field", "night"]
    lost = {}
    for c in range(3):
        shares = [explored[n].counted(c, c) / of_label(explored[n], c) for n in ("night", "lab")]
        lost["abcde"[c]] = shares[0] - shares[1]
    assert [row[0].text for row in table.rows] == [
        *sorted(lost, key=lambda name: (lost[name], name)),
        "d",
        "e",
    ]


def test_the_units_most_to_blame_are_those_that_argue_most_for_wrong_answers(explored):
    table = panel(overview(explored.study, layer="conv"), Table, "Units most to blame")
    assert table.rows
    blame = {
        name: stored_estimates(explored.study, name, "lab", "hidden")["blame"] for name in ("field", "night")
    }
    expected = sorted(
        (-value, place, unit)
        for place, estimate in enumerate(blame.values())
        for unit, value in enumerate(estimate.value)
        if value > 0
    )[:10]
    for row, (value, place, unit) in zip(table.rows, expected, strict=True):
        name = ("field", "night")[place]
        assert [row[0].text, row[1].text] == [f"unit {unit}", name]
        assert urlsplit(row[0].page).path == f"layers/hidden/units/{unit}"
        assert same_number(row[2].text, -value)
        low, high = row[2].note.split(" to ")
        assert same_number(low, blame[name].low[unit])
        assert same_number(high, blame[name].high[unit])
        assert row[3].value == pytest.approx(blame[name].q[unit], nan_ok=True)
        for cell, where in zip(row[4:], ("lab", name), strict=True):
            assert strongest_first(cell.pictures, explored[where], "hidden", unit)


def test_blame_takes_labels(unlabelled):
    table = panel(overview(unlabelled.study), Table, "Units most to blame")
    assert not table.rows
    assert "it takes both, with labels" in table.empty


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


def test_a_score_that_tests_shows_its_q_beside_it(explored):
    table = panel(overview(explored.study, score="shift_auroc"), Table, "Most shifted units")
    assert [column.name for column in table.columns][2:4] == ["shift auroc", "q"]
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
