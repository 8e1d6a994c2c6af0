"""The numbers of the first page."""

import numpy as np
import pytest

from shiftscope.views.overview import overview
from shiftscope.views.panels import Chart, Facts, Table

from .conftest import (
    CATEGORIES,
    SILENT,
    SILENT_IN_LAB,
    panel,
    panels,
    read,
    same_number,
    same_percent,
    scores,
    strongest_first,
    texts,
)


def facts(page, name):
    return {fact.name: fact for fact in panel(page, Facts, name).facts}


@pytest.mark.parametrize("reference", ["lab", "field"])
def test_each_dataset_shows_its_accuracy_samples_and_wrong_answers(explored, reference):
    page = overview(explored.study, reference=reference)
    assert next(card.title for card in panels(page, Facts)) == reference
    right, known = explored[reference].judged()
    for name in ("lab", "field", "night"):
        shown, (told, judged) = facts(page, name), explored[name].judged()
        assert same_percent(shown["accuracy"].value, told / judged)
        assert read(shown["samples"].value) == len(explored[name])
        assert read(shown["wrong"].value) == judged - told
        if name == reference:
            assert shown["accuracy"].note == "reference"
        else:
            difference = 100 * (told / judged - right / known)
            assert read(shown["accuracy"].note) == pytest.approx(difference, abs=0.0501)
    assert facts(page, "field")["samples"].note == "2 unlabelled, 3 skipped"
    assert facts(page, "night")["samples"].note == ""


@pytest.mark.parametrize(("reference", "shifted"), [("lab", "field"), ("lab", "night"), ("field", "lab")])
@pytest.mark.parametrize("layer", ["hidden", "conv"])
def test_each_shifted_dataset_shows_the_median_of_each_score_and_how_many_are_undefined(
    explored, layer, reference, shifted
):
    shown = facts(overview(explored.study, layer=layer, reference=reference), shifted)
    for score, values in scores(explored, shifted, reference, layer).items():
        fact = shown[f"median {score.replace('_', ' ')}"]
        defined = sorted(values[~np.isnan(values)])
        middle = len(defined) // 2
        median = defined[middle] if len(defined) % 2 else (defined[middle - 1] + defined[middle]) / 2
        assert same_number(fact.value, median), score
        undefined = len(values) - len(defined)
        assert fact.note == (f"{undefined} of {len(values)} undefined" if undefined else "")


def test_the_reference_has_no_scores(explored):
    assert not [name for name in facts(overview(explored.study), "lab") if name.startswith("median")]


@pytest.mark.parametrize("reference", ["lab", "night"])
def test_the_scatter_has_a_point_for_each_unit_with_both_scores(explored, reference):
    chart = panel(overview(explored.study, reference=reference), Chart)
    points = {(row["dataset"], row["unit"]): row for row in chart.spec["data"]["values"]}
    expected = {}
    for name in {"lab", "field", "night"} - {reference}:
        found = scores(explored, name, reference, "hidden")
        for unit in range(10):
            if not np.isnan(found["novelty"][unit]) and not np.isnan(found["spurious"][unit]):
                expected[name, unit] = (found["novelty"][unit], found["spurious"][unit])
    assert points.keys() == expected.keys()
    assert len(points) == len(chart.spec["data"]["values"])
    assert {unit for _, unit in points} & {SILENT, SILENT_IN_LAB} == set()
    for key, (novelty, spurious) in expected.items():
        assert points[key]["novelty"] == pytest.approx(novelty, abs=1e-6)
        assert points[key]["spurious"] == pytest.approx(spurious, abs=1e-6)
        assert points[key]["page"].startswith(f"layers/hidden/units/{key[1]}")


def test_confusions_are_in_the_order_of_how_much_their_share_grew(explored):
    table = panel(overview(explored.study), Table, "Confusions that grew most")
    grown = []
    for place, name in enumerate(("field", "night")):
        for a in range(CATEGORIES):
            for b in range(CATEGORIES):
                here = sum(explored[name].counted(a, p) for p in range(CATEGORIES))
                there = sum(explored.lab.counted(a, p) for p in range(CATEGORIES))
                if a == b or not here:
                    continue
                share = explored[name].counted(a, b) / here
                usual = explored.lab.counted(a, b) / there if there else 0
                if share > usual:
                    grown.append((usual - share, place, name, a, b, share, usual))
    grown.sort()
    assert len(table.rows) == min(10, len(grown))
    assert {name for _, _, name, *_ in grown[:10]} == {"field", "night"}
    for row, (_, _, name, a, b, share, usual) in zip(texts(table), grown, strict=False):
        assert row[:2] == [f"{'abcde'[a]} → {'abcde'[b]}", name]
        assert read(row[2]) == explored[name].counted(a, b)
        assert same_percent(row[3], share)
        assert same_percent(row[4], usual)


def test_the_most_shifted_units_are_those_of_largest_novelty_with_their_images(explored):
    table = panel(overview(explored.study), Table, "Most shifted units")
    for name in ("field", "night"):
        rows = [row for row in table.rows if row[1].text == name]
        found = scores(explored, name, "lab", "hidden")
        defined = [u for u in range(10) if not np.isnan(found["novelty"][u])]
        best = sorted(defined, key=lambda u: (-found["novelty"][u], u))[: len(rows)]
        assert len(rows) >= 2
        assert [row[0].text for row in rows] == [f"unit {u}" for u in best]
        for row, unit in zip(rows, best, strict=True):
            for cell, score in zip(row[2:5], ("activation_ratio", "novelty", "spurious"), strict=True):
                assert same_number(cell.text, found[score][unit])
            for cell, where in zip(row[5:], ("lab", name), strict=True):
                assert strongest_first(cell.pictures, explored[where], "hidden", unit)
                assert {picture.dataset for picture in cell.pictures} == {where}


def test_each_layer_shows_its_units_and_median_novelty(explored):
    rows = texts(panel(overview(explored.study), Table, "Layers"))
    assert [row[0] for row in rows] == ["conv", "hidden"]
    for row, units in zip(rows, (6, 10), strict=True):
        assert row[3] == str(units)
        for text, name in zip(row[4:], ("field", "night"), strict=True):
            assert same_number(text, np.nanmedian(scores(explored, name, "lab", row[0])["novelty"]))


def test_categories_are_in_the_order_of_what_they_lost_and_an_empty_one_shows_dashes(explored):
    rows = texts(panel(overview(explored.study), Table, "Accuracy by category"))
    recalls = {}
    for c in range(CATEGORIES):
        shares = []
        for name in ("lab", "field", "night"):
            total = sum(explored[name].counted(c, p) for p in range(CATEGORIES))
            shares.append(explored[name].counted(c, c) / total if total else np.nan)
        recalls["abcde"[c]] = shares
    assert np.isnan(recalls["e"]).all()
    assert np.isnan(recalls["d"][2])
    lost = {name: shares[0] - np.nanmin(shares) for name, shares in recalls.items() if name != "e"}
    assert [row[0] for row in rows] == [*sorted(lost, key=lambda name: (-lost[name], name)), "e"]
    for row in rows:
        assert all(same_percent(t, s) for t, s in zip(row[1:], recalls[row[0]], strict=True))
