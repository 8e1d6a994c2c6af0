"""The numbers, images and charts of one unit."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from shiftscope.errors import NotInStudy
from shiftscope.scores.estimation.stored_estimates import stored_estimates
from shiftscope.scores.score import unit_scores
from shiftscope.study import Study
from shiftscope.summaries.top_samples import TopSamples
from shiftscope.views.layer.layer import layer_units
from shiftscope.views.page.panels import (
    Chart,
    Compared,
    Folds,
    Form,
    ImageStrip,
    Message,
    PictureBox,
    Table,
)
from shiftscope.views.unit.note_form import write_note
from shiftscope.views.unit.unit import unit
from shiftscope.web.html.downloads import panel_table
from tests.conftest import Made, Net
from tests.views.conftest import (
    CATEGORIES,
    CONSTANT,
    SILENT,
    SILENT_IN_LAB,
    fold,
    holders,
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


def worst(explored, reference):
    """The other set with the smallest share of right answers."""
    others = [name for name in ("lab", "field", "night") if name != reference]
    return min(others, key=lambda name: np.divide(*explored[name].judged()))


def values(page, title):
    return panel(page, Chart, title).spec["data"]["values"]


@pytest.mark.parametrize("reference", ["lab", "field"])
@pytest.mark.parametrize(("layer", "index"), UNITS)
def test_maximum_mean_firing_rate_and_scores_of_every_unit(explored, layer, index, reference):
    page = unit(explored.study, layer, index, baseline=reference)
    rows = {row[0]: row[1:] for row in texts(panel(page, Table, "Numbers"))}
    assert next(iter(rows)) == reference
    for name in ("lab", "field", "night"):
        responses = [r for r in explored[name].responses(layer)[:, index].tolist() if r == r]
        assert len(responses) == explored[name].shown.sum()
        largest, of_maximum, mean, mean_share, rate = rows[name]
        scale = explored[reference].maximum(layer)[index]
        scale = scale if scale > 0 else np.nan
        assert same_number(largest, max(responses))
        assert same_percent(of_maximum, max(responses) / scale)
        assert same_number(mean, sum(responses) / len(responses))
        assert same_percent(mean_share, sum(responses) / len(responses) / scale)
        assert same_percent(rate, sum(r > 0 for r in responses) / len(responses))


@pytest.mark.parametrize("reference", ["lab", "field"])
@pytest.mark.parametrize(("layer", "index"), UNITS)
def test_every_score_stands_with_its_interval_q_and_rank(explored, layer, index, reference):
    table = panel(unit(explored.study, layer, index, baseline=reference), Table, "Scores")
    names = [column.name for column in table.columns[1:]]
    assert names[-1] == reference
    assert names[0] == worst(explored, reference)
    assert set(names) == {"lab", "field", "night"}
    scores_shown = {
        name: score for name, score in unit_scores.items() if not (score.of_twins or score.of_maps)
    }  # which no set has
    assert [row[0].text for row in table.rows] == [score.title for score in scores_shown.values()]
    assert all("largest first" in column.help for column in table.columns[1:])
    for score, row in zip(scores_shown, table.rows, strict=True):
        assert row[0].page == f"glossary#{score}"
        assert unit_scores[score].help in row[0].help
        for place, name in enumerate(names):
            value = row[1 + place]
            if name == reference and unit_scores[score].compares:
                assert value.text == "baseline"
                continue
            estimate = stored_estimates(explored.study, name, reference, layer)[score]
            assert same_number(value.text, estimate.value[index])
            tested = estimate.q is not None and not np.isnan(estimate.q[index])
            assert ("q " in value.note) == tested
            sampled = estimate.floor is not None and not np.isnan(estimate.floor[index])
            assert ("floor " in value.note) == sampled
            assert ("flat" in value.note) == bool(sampled and estimate.flat_p[index] >= 0.05)
            if np.isnan(estimate.value[index]):
                assert value.text == "–"
                assert "rank" not in value.note
            else:
                place_of = sorted(estimate.value[~np.isnan(estimate.value)], reverse=True)
                rank = f"rank {place_of.index(estimate.value[index]) + 1} of {len(place_of)}"
                assert value.note.split("; ")[-1] == rank
                assert f"sort={score}" in value.page
    expected = scores(explored, names[0], reference, layer)
    for score, row in zip(scores_shown, table.rows, strict=True):
        if score in expected:
            assert same_number(row[1].text, expected[score][index])


@pytest.mark.parametrize(("layer", "index"), UNITS)
def test_images_come_strongest_first_and_silent_ones_are_left_out(explored, layer, index):
    strips = panels(unit(explored.study, layer, index), ImageStrip)
    assert [strip.title for strip in strips] == ["lab", worst(explored, "lab")]
    scale = explored.lab.maximum(layer)[index]
    for strip in strips:
        expected = explored[strip.title].strongest(layer, index, 12)
        assert positions(strip.pictures) == expected
        for picture in strip.pictures:
            response = explored[strip.title].responses(layer)[picture.position, index]
            if scale > 0:
                assert read(picture.caption) == pytest.approx(100 * response / scale, abs=0.501)
            else:
                assert same_number(picture.caption, response)
        assert strip.note.startswith(f"its {len(expected)} strongest images of " if expected else "")


def test_the_strongest_images_point_at_the_receptive_field_of_their_place(explored):
    page = unit(explored.study, "conv", 2)
    (strip, *_) = panels(page, ImageStrip)
    top = explored.study["lab"].summary("conv", TopSamples)
    for rank, picture in enumerate(strip.pictures[:5]):
        row, column = int(top.row[rank, 2]), int(top.column[rank, 2])
        sides = (column / 8, row / 8, (column + 3) / 8, (row + 3) / 8)
        assert picture.box == PictureBox(*sides, rows=8, columns=8)
    assert "box: receptive field of the place with the largest response" in page.panels[0].note
    (choice,) = (choice for choice in page.choices if choice.name == "Place")
    assert [option.text for option in choice.options] == ["box", "crop", "whole"]
    (cropped, *_) = panels(unit(explored.study, "conv", 2, place="crop"), ImageStrip)
    assert cropped.pictures[0].box.cropped
    (whole, *_) = panels(unit(explored.study, "conv", 2, place="whole"), ImageStrip)
    assert all(picture.box is None for picture in whole.pictures)


def test_a_unit_without_a_map_and_images_beyond_the_strongest_point_at_nothing(explored):
    for page in (unit(explored.study, "hidden", 2), unit(explored.study, "conv", 2, show="bottom")):
        assert all(picture.box is None for strip in panels(page, ImageStrip) for picture in strip.pictures)
        assert not any(choice.name == "Place" for choice in page.choices)


def test_of_equal_responses_the_earlier_sample_comes_first(explored):
    strips = panels(unit(explored.study, "hidden", CONSTANT, focus="field"), ImageStrip)
    assert positions(strips[0].pictures) == list(range(12))
    assert positions(strips[1].pictures) == [0, 1, 2, 3, 4, 5, 6, *range(8, 13)]  # 7 could not be read


def test_more_images_are_shown_when_asked_for_beyond_those_that_are_kept(explored):
    few = panels(unit(explored.study, "hidden", CONSTANT, images=3, focus="field"), ImageStrip)
    assert [positions(strip.pictures) for strip in few] == [[0, 1, 2]] * 2
    assert all("images=" not in strip.more.page for strip in few)  # as many as where nothing is asked for
    many = panels(unit(explored.study, "hidden", CONSTANT, images=10**9, focus="field"), ImageStrip)
    assert [len(strip.pictures) for strip in many] == [90, int(explored.field.shown.sum())]
    assert all(strip.more is None for strip in many)
    assert int(explored.field.shown.sum()) > 100


def test_the_weakest_images_come_weakest_first_and_a_seed_orders_equal_ones(explored):
    for strip in panels(unit(explored.study, "hidden", 9, show="bottom", images=10), ImageStrip):
        plain = explored[strip.title]
        shown = plain.responses("hidden")[:, 9]
        found = shown[positions(strip.pictures)]
        np.testing.assert_array_equal(found, np.sort(shown[plain.shown])[:10])
    silent = [
        positions(
            panels(unit(explored.study, "hidden", SILENT, show="bottom", seed=seed), ImageStrip)[0].pictures
        )
        for seed in (0, 0, 1)
    ]
    assert silent[0] == silent[1] != silent[2]
    strips = panels(unit(explored.study, "hidden", SILENT, show="bottom"), ImageStrip)
    assert all("share the smallest response" in strip.note for strip in strips)


def test_random_images_are_those_of_the_seed_without_repeats(explored):
    strips = panels(unit(explored.study, "hidden", 9, show="random", images=1000, seed=3), ImageStrip)
    for strip in strips:
        assert sorted(positions(strip.pictures)) == np.flatnonzero(explored[strip.title].shown).tolist()
        assert "seed 3" in strip.note


def test_previous_and_next_follow_the_current_sort(explored):
    values = stored_estimates(explored.study, "field", "lab", "hidden")["novelty"].value
    order = sorted(
        range(10),
        key=lambda u: (u == SILENT, np.isnan(values[u]), -values[u] if not np.isnan(values[u]) else 0, u),
    )
    for before, here, after in zip(order, order[1:], order[2:], strict=False):
        page = unit(explored.study, "hidden", here, sort="novelty", focus="field")
        assert page.previous.text == f"unit {before}"
        assert page.next.text == f"unit {after}"
        assert "sort=novelty" in page.next.page


def test_weights_into_the_categories_are_those_of_the_head(explored):
    weight = load_file(explored.study.path / "head.safetensors")["weight"][:, 4]
    rows = values(unit(explored.study, "hidden", 4), "argues for")
    assert {row["category"]: row["weight"] for row in rows} == pytest.approx(
        dict(zip("abcde", weight, strict=True))
    )
    assert "What it argues for" not in [p.title for p in holders(unit(explored.study, "conv", 4).panels)]


def test_similar_units_are_those_of_correlated_profiles(explored):
    table = panel(unit(explored.study, "hidden", 0, focus="field"), Table, "Most similar")
    means = explored.field.category_means("hidden", CATEGORIES)
    means = means[~np.isnan(means).any(axis=1)]
    alike = {
        u: np.corrcoef(means[:, 0], means[:, u])[0, 1] for u in range(1, 10) if np.ptp(means[:, u]) > 1e-6
    }
    order = sorted(alike, key=lambda u: -alike[u])[:8]
    assert [row[0].text for row in table.rows] == [f"unit {u}" for u in order]
    for row, u in zip(table.rows, order, strict=True):
        assert row[1].value == pytest.approx(alike[u], abs=1e-5)


def test_what_is_written_about_a_unit_is_in_its_form_and_subtitle(recorded):
    write_note(recorded, "hidden", 3, label="stripes", tags="texture, green", note="fires at zebras")
    page = unit(recorded, "hidden", 3)
    assert page.subtitle == "stripes · green · texture"
    form = panel(page, Form, "Label")
    assert [field.value for field in form.fields] == ["stripes", "green, texture", "fires at zebras"]
    write_note(recorded, "hidden", 3, label="", tags="", note="", shown=form.shown)
    assert unit(recorded, "hidden", 3).subtitle == ""


@pytest.mark.parametrize("images", [0, -5])
def test_at_least_one_image_is_shown(explored, images):
    strips = panels(unit(explored.study, "hidden", CONSTANT, images=images), ImageStrip)
    assert [len(strip.pictures) for strip in strips] == [1, 1]


def test_a_verdict_says_whether_the_prediction_was_right(explored):
    for strip in panels(unit(explored.study, "hidden", CONSTANT, images=100), ImageStrip):
        plain = explored[strip.title]
        for picture in strip.pictures:
            label, prediction = plain.labels[picture.position], plain.predictions[picture.position]
            right = None if label < 0 else "right" if label == prediction else "wrong"
            assert picture.verdict == right
            words = f"classified {'abcde'[prediction]}"
            assert picture.alt == (words if label < 0 else f"{'abcde'[label]}, {words}")


def test_a_silent_unit_says_so(explored):
    page = unit(explored.study, "hidden", SILENT)
    for strip in panels(page, ImageStrip):
        assert list(strip.pictures) == []
        assert "silent on every image" in strip.empty
    rows = texts(panel(page, Table, "Numbers"))
    assert [read(row[1]) for row in rows] == [0, 0, 0]
    assert [row[2] for row in rows] == ["–"] * 3
    assert page.sentence == f"Unit {SILENT} is silent in lab and under {worst(explored, 'lab')}"
    table = panel(page, Table, "It answers to no category")
    assert {cell.value for row in table.rows for cell in row[2:] if not np.isnan(cell.value)} == {0}


def test_a_unit_silent_in_the_reference_alone_has_no_scores_and_a_profile_in_responses(explored):
    page = unit(explored.study, "hidden", SILENT_IN_LAB, focus="field")
    lab, field = panels(page, ImageStrip)
    assert list(lab.pictures) == []
    assert positions(field.pictures) == explored.field.strongest("hidden", SILENT_IN_LAB, 12) != []
    field_row = next(row for row in texts(panel(page, Table, "Numbers")) if row[0] == "field")
    assert read(field_row[1]) > 0
    assert (field_row[2], field_row[4]) == ("–", "–")
    means = explored.field.category_means("hidden", CATEGORIES)[:, SILENT_IN_LAB]
    for category, _, before, after in panel(page, Table, "left it silent").rows:
        assert before.value == 0
        assert after.value == pytest.approx(means["abcde".index(category.text)], rel=1e-6)


@pytest.mark.parametrize("reference", ["lab", "field"])
@pytest.mark.parametrize(("layer", "index"), [("hidden", 0), ("hidden", 9), ("conv", 2), ("conv", 5)])
def test_the_profile_is_the_mean_by_category_over_the_reference_maximum(explored, layer, index, reference):
    maximum = explored[reference].maximum(layer)[index]
    scale, percent = (maximum, 100) if maximum > 0 else (1, 1)
    for focus in {"lab", "field", "night"} - {reference}:
        page = unit(explored.study, layer, index, baseline=reference, focus=focus)
        (table,) = [t for t in panels(page, Table) if t.columns[0].name == "category"]
        assert [c.name for c in table.columns[2:]] == [f"○ {reference}", f"● {focus}"]
        before, after = (
            explored[name].category_means(layer, CATEGORIES)[:, index] / scale for name in (reference, focus)
        )
        known = [c for c in range(CATEGORIES) if not np.isnan([before[c], after[c]]).all()]
        order = sorted(known, key=lambda c: (np.isnan(before[c]), -before[c]))
        assert [row[0].text for row in table.rows] == ["abcde"[c] for c in order]
        for c, (_, drawn, was, now) in zip(order, table.rows, strict=True):
            assert (was.value, now.value) == pytest.approx((before[c], after[c]), rel=1e-5, nan_ok=True)
            assert read(was.text) == pytest.approx(
                percent * before[c], rel=5.1e-3, abs=0.501 if percent == 100 else 5.1e-4, nan_ok=True
            )
            assert drawn.value == pytest.approx(after[c] - before[c], rel=1e-4, abs=1e-6, nan_ok=True)
            ends = np.array([drawn.change.before, drawn.change.after])
            assert ((ends >= 0) & (ends <= 1) | np.isnan(ends)).all()


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
        unit(explored.study, "hidden", 0, baseline="feld")


def test_a_unit_before_the_head_leads_to_what_its_silence_does(explored):
    before_head = unit(explored.study, "hidden", 3).related
    assert [link.page for link in before_head] == ["interventions?layer=hidden&units=3"]
    assert not unit(explored.study, "conv", 3).related


@pytest.mark.parametrize("given", [{}, {"focus": "lab"}, {"focus": "field", "baseline": "field"}])
def test_focus_and_baseline_are_two_sets_and_one_set_asked_for_twice_is_refused_in_a_sentence(
    explored, given
):
    page = unit(explored.study, "hidden", 0, **given)
    baseline = given.get("baseline", "lab")
    focus = worst(explored, baseline)
    assert [strip.title for strip in panels(page, ImageStrip)] == [baseline, focus]
    said = [message.text for message in panels(page, Message)]
    refused = f"{baseline} is the baseline, and a set is not compared with itself: {focus} is shown instead."
    assert said == ([refused] if given else [])
    menus = {choice.name: [link.text for link in choice.options] for choice in page.choices}
    assert baseline not in menus["Focus"]
    assert set(menus["Baseline"]) == {"lab", "field", "night"}


def test_a_page_opens_with_its_finding_two_panels_and_closed_folds(explored):
    page = unit(explored.study, "hidden", 0)
    assert [type(panel) for panel in page.panels] == [Compared, Table, Folds]
    keys = [fold.key for fold in page.panels[-1].panels]
    assert keys == [
        "other-sets",
        "looks-like",
        "where",
        "how-often",
        "scores",
        "argues-for",
        "similar-units",
        "note",
    ]
    assert [choice.name for choice in page.choices if not choice.further] == ["Focus", "Baseline", "Images"]
    assert fold(page, "Label, tags and note").says == "none yet"
    rates = [
        np.nanmean(explored[name].responses("hidden")[:, 0] > 0) for name in ("lab", worst(explored, "lab"))
    ]
    shares = [int(100 * rate + 0.5) for rate in rates]
    said = f"it fires on {shares[0]} % of lab, on {shares[1]} % of {worst(explored, 'lab')}"
    assert fold(page, "How strongly, how often").says == said


def test_other_sets_stand_a_line_each_with_their_mean_over_the_baseline_s(explored):
    focus = worst(explored, "lab")
    (other,) = {"field", "night"} - {focus}
    (row,) = panel(unit(explored.study, "hidden", 0), Table, "Other sets").rows
    means = {n: np.nanmean(explored[n].responses("hidden")[:, 0]) for n in ("lab", other)}
    assert (row[0].text, row[0].page) == (other, f"layers/hidden/units/0?focus={other}")
    assert read(row[2].text.removeprefix("× ")) == pytest.approx(means[other] / means["lab"], abs=0.051)
    assert positions(row[3].pictures) == explored[other].strongest("hidden", 0, 8)


def test_files_of_a_unit_name_changes_and_means_as_the_shares_of_the_maximum_that_they_hold(explored):
    focus = worst(explored, "lab")
    (other,) = {"field", "night"} - {focus}
    page = unit(explored.study, "hidden", 0)
    maximum = explored.lab.maximum("hidden")[0]
    (table,) = [t for t in panels(page, Table) if t.columns[0].name == "category"]
    rows = {row["category"]: row for row in panel_table(table).to_pylist()}
    before, after = (explored[n].category_means("hidden", CATEGORIES)[0, 0] / maximum for n in ("lab", focus))
    change = rows["a"]["change of mean response over maximum in lab"]
    assert change == pytest.approx(after - before, rel=1e-4)
    others = panel_table(panel(page, Table, "Other sets")).to_pylist()
    mean = np.nanmean(explored[other].responses("hidden")[:, 0]) / maximum
    assert others[0]["mean response over maximum in lab"] == pytest.approx(mean, rel=1e-4)


def test_a_unit_of_the_only_set_says_what_it_answers_to(tmp_path):
    torch.manual_seed(0)
    study = Study.create(tmp_path / "one.study", Net(), tuple("abcd"))
    study.record(Made(12), "lab", layers=["hidden"], reference=True, progress=False)
    page = unit(study, "hidden", 0, focus="lab")
    assert page.sentence.startswith("Unit 0 answers to ")
    assert not panels(page, Message)
    assert [strip.title for strip in panels(page, ImageStrip)] == ["lab"]
    assert [choice.name for choice in page.choices if not choice.further] == ["Baseline", "Images"]


def test_scores_that_two_categories_leave_empty_say_why(tmp_path):
    torch.manual_seed(0)
    study = Study.create(tmp_path / "two.study", Net(), tuple("abcd"))
    study.record(Made(20, 2), "lab", layers=["hidden"], reference=True, progress=False)
    study.record(Made(20, 2, seed=1), "field", progress=False)
    why = (
        "Profile correlation and scrambled preference (spurious) need 3 categories with samples in both datasets, and "
        "field shares 2 with lab: the order of two is the same or the reverse, whatever the shift."
    )
    assert panel(unit(study, "hidden", 0), Table, "Scores").note.endswith(why)
    assert panel(layer_units(study, "hidden"), Message, "Density of scrambled").text.endswith(why)


def test_scores_of_enough_categories_need_no_excuse(explored):
    assert "categories with samples" not in panel(unit(explored.study, "hidden", 0), Table, "Scores").note
