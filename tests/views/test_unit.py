"""The numbers, images and charts of one unit."""

from itertools import pairwise

import numpy as np
import pytest

from shiftscope.errors import NotInStudy
from shiftscope.views.panels import Chart, ImageStrip, Table
from shiftscope.views.unit import unit

from .conftest import (
    CATEGORIES,
    CONSTANT,
    SILENT,
    SILENT_IN_LAB,
    panel,
    panels,
    positions,
    read,
    same_number,
    same_percent,
    scores,
    texts,
)

UNITS = [("conv", index) for index in range(6)] + [("hidden", index) for index in range(10)]


def values(page, title):
    return panel(page, Chart, title).spec["data"]["values"]


@pytest.mark.parametrize("reference", ["lab", "field"])
@pytest.mark.parametrize(("layer", "index"), UNITS)
def test_maximum_mean_firing_rate_and_scores_of_every_unit(explored, layer, index, reference):
    page = unit(explored.study, layer, index, reference=reference)
    rows = {row[0]: row[1:] for row in texts(panel(page, Table, "Numbers"))}
    assert next(iter(rows)) == reference
    for name in ("lab", "field", "night"):
        responses = [r for r in explored[name].responses(layer)[:, index].tolist() if r == r]
        assert len(responses) == explored[name].shown.sum()
        largest, mean, rate, *found = rows[name]
        assert same_number(largest, max(responses))
        assert same_number(mean, sum(responses) / len(responses))
        assert same_percent(rate, sum(r > 0 for r in responses) / len(responses))
        if name == reference:
            assert found == ["reference"] * 3
        else:
            expected = scores(explored, name, reference, layer)
            shown = zip(("activation_ratio", "novelty", "spurious"), found, strict=True)
            assert all(same_number(text, expected[score][index]) for score, text in shown)


@pytest.mark.parametrize(("layer", "index"), UNITS)
def test_images_come_strongest_first_and_silent_ones_are_left_out(explored, layer, index):
    strips = panels(unit(explored.study, layer, index), ImageStrip)
    assert [strip.title for strip in strips] == ["lab", "field", "night"]
    for strip in strips:
        expected = explored[strip.title].strongest(layer, index, 24)
        assert positions(strip.pictures) == expected
        for picture in strip.pictures:
            assert same_number(
                picture.caption, explored[strip.title].responses(layer)[picture.position, index]
            )
        assert strip.note.startswith(f"{len(expected)} strongest of ")


def test_of_equal_responses_the_earlier_sample_comes_first(explored):
    strips = panels(unit(explored.study, "hidden", CONSTANT), ImageStrip)
    assert positions(strips[0].pictures) == list(range(24))
    assert positions(strips[1].pictures) == [0, 1, 2, 3, 4, 5, 6, *range(8, 25)]  # 7 could not be read


def test_more_images_are_shown_when_asked_for_and_never_more_than_are_kept(explored):
    few = panels(unit(explored.study, "hidden", CONSTANT, images=3), ImageStrip)
    assert [positions(strip.pictures) for strip in few] == [[0, 1, 2]] * 3
    assert all("images=100" in strip.more.page for strip in few)
    many = panels(unit(explored.study, "hidden", CONSTANT, images=10**9), ImageStrip)
    assert [len(strip.pictures) for strip in many] == [90, 100, 25]
    assert all(strip.more is None for strip in many)


@pytest.mark.parametrize("images", [0, -5])
def test_at_least_one_image_is_shown(explored, images):
    strips = panels(unit(explored.study, "hidden", CONSTANT, images=images), ImageStrip)
    assert [len(strip.pictures) for strip in strips] == [1, 1, 1]


def test_a_verdict_says_whether_the_prediction_was_right(explored):
    for strip in panels(unit(explored.study, "hidden", CONSTANT, images=100), ImageStrip):
        plain = explored[strip.title]
        for picture in strip.pictures:
            label, prediction = plain.labels[picture.position], plain.predictions[picture.position]
            right = None if label < 0 else "right" if label == prediction else "wrong"
            assert picture.verdict == right
            words = f"predicted {'abcde'[prediction]}"
            assert picture.alt == (words if label < 0 else f"{'abcde'[label]}, {words}")


def test_a_silent_unit_says_so(explored):
    page = unit(explored.study, "hidden", SILENT)
    for strip in panels(page, ImageStrip):
        assert list(strip.pictures) == []
        assert "silent on every image" in strip.empty
    rows = texts(panel(page, Table, "Numbers"))
    assert [read(row[1]) for row in rows] == [0, 0, 0]
    assert [row[4:] for row in rows[1:]] == [["–", "–", "–"]] * 2
    assert {row["mean"] for row in values(page, "responds to")} == {0}


def test_a_unit_silent_in_the_reference_alone_has_no_scores_and_a_profile_in_responses(explored):
    page = unit(explored.study, "hidden", SILENT_IN_LAB)
    lab, field, _ = panels(page, ImageStrip)
    assert list(lab.pictures) == []
    assert positions(field.pictures) == explored.field.strongest("hidden", SILENT_IN_LAB, 24) != []
    field_row = next(row for row in texts(panel(page, Table, "Numbers")) if row[0] == "field")
    assert read(field_row[1]) > 0
    assert field_row[4:] == ["–", "–", "–"]
    means = explored.field.category_means("hidden", CATEGORIES)[:, SILENT_IN_LAB]
    for row in values(page, "responds to"):
        if row["dataset"] == "field":
            assert row["mean"] == pytest.approx(means["abcde".index(row["category"])], rel=1e-6)


@pytest.mark.parametrize("reference", ["lab", "field"])
@pytest.mark.parametrize(("layer", "index"), [("hidden", 0), ("hidden", 9), ("conv", 2), ("conv", 5)])
def test_the_profile_is_the_mean_by_category_over_the_reference_maximum(explored, layer, index, reference):
    rows = values(unit(explored.study, layer, index, reference=reference), "responds to")
    maximum = explored[reference].maximum(layer)[index]
    scale = maximum if maximum > 0 else 1
    expected = {}
    for name in ("lab", "field", "night"):
        for c, mean in enumerate(explored[name].category_means(layer, CATEGORIES)[:, index]):
            if not np.isnan(mean):
                expected[name, "abcde"[c]] = mean / scale
    shown = {(row["dataset"], row["category"]): row["mean"] for row in rows}
    assert shown.keys() == expected.keys()
    assert len(shown) == len(rows)
    for key, mean in expected.items():
        assert shown[key] == pytest.approx(mean, rel=1e-5, abs=1e-7), key


@pytest.mark.parametrize(("layer", "index"), UNITS)
def test_the_histogram_counts_the_stored_responses_over_equal_bins(explored, layer, index):
    rows = values(unit(explored.study, layer, index), "How strongly")
    by_dataset = {name: [row for row in rows if row["dataset"] == name] for name in ("lab", "field", "night")}
    first = by_dataset["lab"]
    edges = [row["from"] for row in first] + [first[-1]["to"]]
    np.testing.assert_allclose(np.diff(edges), edges[1] - edges[0], rtol=1e-9)
    for name, bins in by_dataset.items():
        assert [(row["from"], row["to"]) for row in bins] == list(pairwise(edges))
        responses = explored[name].responses(layer)[explored[name].shown, index]
        assert edges[0] <= responses.min()
        assert responses.max() < edges[-1]
        counted = [sum(low <= r < high for r in responses) for low, high in pairwise(edges)]
        assert [row["samples"] for row in bins] == counted
        assert counted == np.histogram(responses, edges)[0].tolist()
        assert sum(row["share"] for row in bins) == pytest.approx(100)
        np.testing.assert_allclose([row["share"] for row in bins], 100 * np.array(counted) / len(responses))


def test_neighbours_are_the_units_before_and_after(explored):
    first, last = unit(explored.study, "hidden", 0), unit(explored.study, "hidden", 9)
    assert (first.previous, first.next.page) == (None, "layers/hidden/units/1")
    assert (last.previous.page, last.next) == ("layers/hidden/units/8", None)


@pytest.mark.parametrize("index", [-1, 10])
def test_a_unit_that_is_not_there_is_named(explored, index):
    with pytest.raises(NotInStudy, match=f"no unit {index} in layer 'hidden', which has 10, from 0 to 9"):
        unit(explored.study, "hidden", index)


def test_an_unknown_layer_or_reference_is_named(explored):
    with pytest.raises(NotInStudy, match="no layer 'hiden' in this study; closest: 'hidden'"):
        unit(explored.study, "hiden", 0)
    with pytest.raises(NotInStudy, match="no dataset 'feld' in this study; closest: 'field'"):
        unit(explored.study, "hidden", 0, reference="feld")
