"""Maps of a unit on its page and on those of its images, from maps that a study keeps."""

from dataclasses import replace

import numpy as np
import pytest

from shiftscope.explain.attribution.attribution import attributions
from shiftscope.explain.attribution.attributions import AttributionQuestion, Attributions, Faithfulness
from shiftscope.explain.attribution.faithfulness.faithful import faithfulness_passes
from shiftscope.explain.attribution.low_pass.fitted_low_pass import FittedLowPass
from shiftscope.explain.attribution.numbers.spectra import high_frequency_share
from shiftscope.explain.attribution.sanity.sanity import DEPENDS, DOES_NOT, THIS_MAP, Sanity, Similarity
from shiftscope.explain.attribution.stored_attributions import write_attributions
from shiftscope.explain.attribution.usual_passes import (
    FAITHFUL_PASSES,
    FORWARD_PASSES,
    METHODS,
    SIDE,
    USUAL_PASSES,
)
from shiftscope.explain.attribution.wavelets.kept import first_samples
from shiftscope.explain.attribution.wavelets.wavelet_attribution import wavelet_attribution
from shiftscope.percent import percent
from shiftscope.scores.estimation.stored_map_numbers import MapNumbers, map_numbers_key, write_map_numbers
from shiftscope.store.layout import LOGITS
from shiftscope.summaries.top_samples import TopSamples
from shiftscope.views.page.panels import Code, Computation, StripGroups, Table, plain
from shiftscope.views.page.viewed_study import ViewedStudy
from shiftscope.views.parts.maps.maps import REFUSED, SILENT, end_of_scale
from shiftscope.views.sample.sample import sample
from shiftscope.views.unit.maps.faithful_maps import faithful_table, no_better_than_edges
from shiftscope.views.unit.maps.scale_shares import scale_name
from shiftscope.views.unit.maps.verdicts import UNREADABLE
from shiftscope.views.unit.maps.where_in_words import RULE
from shiftscope.views.unit.unit import unit
from shiftscope.web.html.downloads import panel_table
from shiftscope.web.notebook.notebook import notebook_html
from tests.conftest import Made, viewer
from tests.views.conftest import NoJobs

UNIT = 3


def kept(study, dataset, maps, *, positions=(4, 2, 7), layer="hidden", unit=UNIT, method="saliency", **more):
    maps, positions = np.asarray(maps, np.float32), np.asarray(positions, np.int64)
    low_pass = more.pop("low_pass", None)
    fitted = more.get("fitted") is not None
    options = more.pop("options", {})
    question = AttributionQuestion(dataset, layer, unit, method, options, low_pass, fitted)
    ids = [f"sample-{place}" for place in positions]
    found = Attributions(question, positions, ids, maps, np.ones(len(maps)), **more)
    write_attributions(study, found)
    return found


def quarter(at=1.0):
    """One quarter of the picture counts, evenly."""
    map = np.zeros((8, 8))
    map[:4, :4] = at
    return map


def fold(page, key="where"):
    (found,) = (each for each in page.panels[-1].panels if each.key == key)
    return found


def of(kind, panels):
    (found,) = (panel for panel in panels if isinstance(panel, kind))
    return found


def test_without_maps_the_commands_that_compute_them_are_told(recorded):
    found = fold(unit(recorded, "hidden", UNIT))
    assert found.says == "no maps are kept yet"
    lines = of(Code, found.panels).text.splitlines()
    start = f"shiftscope attribute {recorded.path} --layer hidden --unit {UNIT} --method smoothgrad --dataset"
    assert lines == [f"{start} lab --model ...", f"{start} field --model ..."]


def test_maps_stand_below_their_images_in_one_scale_and_empty_ones_are_named(recorded):
    kept(recorded, "lab", [quarter(), np.zeros((8, 8)), np.full((8, 8), np.nan)])
    kept(recorded, "field", [quarter(2), quarter(4), quarter(4)])
    found = fold(unit(recorded, "hidden", UNIT))
    assert found.says == "maps cover 25 % in lab, 25 % in field"
    lab, field = of(StripGroups, found.panels).groups
    images, maps = lab.strips
    assert [picture.position for picture in images.pictures] == [4, 2, 7]
    assert [picture.position for picture in maps.pictures] == [4, 2, 7]
    assert maps.title == "saliency, full colour at 4.00"
    assert [picture.drawn for picture in maps.pictures] == [True, False, False]
    assert [picture.alt for picture in maps.pictures[1:]] == [SILENT, REFUSED]
    np.testing.assert_allclose(maps.pictures[0].map.shares, quarter() / 4)
    np.testing.assert_allclose(field.strips[1].pictures[0].map.shares, quarter() / 2)
    rows = of(Table, found.panels).rows
    assert [[cell.text for cell in row[:3]] for row in rows] == [
        ["lab", "saliency", "3"],
        ["field", "saliency", "3"],
    ]
    assert [row[2].note for row in rows] == ["2 left out", ""]
    assert [row[3].text for row in rows] == ["25.0 %", "25.0 %"]


def test_filtered_maps_stand_below_raw_ones_and_a_method_is_chosen(recorded):
    kept(recorded, "lab", [quarter()] * 3)
    kept(recorded, "lab", [quarter(3)] * 3, low_pass=2.0)
    kept(recorded, "lab", [quarter()] * 3, method="rise")
    group = of(StripGroups, fold(unit(recorded, "hidden", UNIT)).panels).groups[0]
    titles = [strip.title for strip in group.strips]
    assert titles == [
        "images",
        "saliency, full colour at 1.00",
        "saliency, up to 2 cycles, full colour at 3.00",
    ]
    page = unit(recorded, "hidden", UNIT, method="rise")
    group = of(StripGroups, fold(page).panels).groups[0]
    assert [strip.title for strip in group.strips] == ["images", "rise, full colour at 1.00"]
    (choice,) = (each for each in page.choices if each.name == "Maps")
    assert ([option.text for option in choice.options], choice.current) == (["rise", "saliency"], "rise")


def test_shares_by_scale_of_what_is_shown_are_rings_and_dots(recorded):
    for name, share in (("lab", [0.5, 0.25, 0.25]), ("field", [0.2, 0.3, 0.5])):
        kept(recorded, name, [quarter()] * 3, method="wam", scale_share=np.tile(share, (3, 1)))
    page = unit(recorded, "hidden", UNIT)
    assert fold(page).says.endswith("detail of 2 to 4 px 50.0 % → 20.0 % of what it reads")
    assert fold(page, "scales").says == "detail of 2 to 4 px 50.0 % → 20.0 % of what it reads"
    scales, _ = fold(page, "scales").panels
    assert [row[0].text for row in scales.rows] == ["2 to 4 px", "4 to 8 px", "above 8 px"]
    assert [row[2].text for row in scales.rows] == ["−30.0", "+5.0", "+25.0"]
    in_file = panel_table(scales).to_pylist()
    assert [row["share of the attribution, field"] for row in in_file] == pytest.approx([0.2, 0.3, 0.5])
    assert [row["difference"] for row in in_file] == pytest.approx([-0.3, 0.05, 0.25])
    change = scales.rows[0][1].change
    assert (change.before, change.after) == pytest.approx((1.0, 0.4))  # on an axis that ends at 50 %


def test_a_map_leads_to_its_image_taken_apart_by_scales(recorded):
    rng = np.random.default_rng(0)
    whole = wavelet_attribution(rng.normal(size=(3, 3, 8, 8)), rng.random((3, 3, 8, 8)), level=2)
    parts = {"scale_share": whole.scale_share, "orientation_share": whole.orientation_share}
    options = {"wavelet": "haar", "level": 2, "mode": "reflect", "channels": "sum_of_abs"}
    for name in ("lab", "field"):
        kept(
            recorded,
            name,
            whole.to_pixels(),
            method="wam",
            options=options,
            orientations=whole.orientations,
            coefficients=first_samples(whole, 3),
            **parts,
        )
    page = unit(recorded, "hidden", UNIT)
    assert not any(isinstance(panel, StripGroups) for panel in fold(page, "scales").panels)
    link = of(StripGroups, fold(page).panels).groups[0].strips[1].pictures[1].page
    assert link == f"layers/hidden/units/{UNIT}?image=lab%3A2#scales"
    shown = of(StripGroups, fold(unit(recorded, "hidden", UNIT, image="lab:2"), "scales").panels)
    image, by_scale, only = shown.groups[0].strips
    assert [picture.position for picture in image.pictures] == [2]
    shares = whole.scale_share[1]
    assert [picture.caption for picture in by_scale.pictures] == [
        f"2 to 4 px: {percent(shares[0])}",
        f"4 to 8 px: {percent(shares[1])}",
        f"above 8 px: {percent(shares[2])}",
    ]
    assert [picture.caption for picture in only.pictures] == ["2 % of them", "10 % of them", "all of them"]
    assert shown.groups[1].strips[0].pictures[0].map.shares.shape == (8, 8)
    html = viewer(recorded).get(f"layers/hidden/units/{UNIT}?image=lab:2").text
    assert html.count('<span class="made"><img src="data:image/png;base64,') == 3


@pytest.mark.parametrize("image", ["moon:1", "lab:9999", "lab"])
def test_an_image_that_is_none_is_refused_where_scales_stand(recorded, image):
    (panel,) = fold(unit(recorded, "hidden", UNIT, image=image), "scales").panels
    assert panel.text == f"{image!r} is no image of lab or field; give a set and a number, as lab:3."


def test_an_image_whose_coefficients_are_not_kept_has_what_computes_them(recorded):
    (panel,) = fold(unit(recorded, "hidden", UNIT, image="lab:2"), "scales").panels
    lacks = "No wavelet coefficients of image 2 of lab are kept, which a map by wam has"
    assert panel.title == f"{lacks}; this command computes them"
    start = f"shiftscope attribute {recorded.path} --layer hidden --unit {UNIT} --method wam --dataset lab --samples"
    seen = recorded["lab"].samples[2].id
    assert panel.text == f"{start} {'2 2' if seen.isdecimal() else seen} --model ..."
    viewed = ViewedStudy(recorded.path, NoJobs())
    (form,) = fold(unit(viewed, "hidden", UNIT, image="lab:2"), "scales").panels
    asked = {name: form.parameters[name] for name in ("dataset", "position", "of", "method")}
    assert form.kind == "attribute_image"
    assert asked == {"dataset": "lab", "position": "2", "of": f"hidden:{UNIT}", "method": "wam"}
    whole = wavelet_attribution(np.ones((1, 3, 8, 8)), np.ones((1, 3, 8, 8)), level=2)
    options = {"wavelet": "haar", "level": 2, "mode": "reflect", "channels": "sum_of_abs"}
    kept(recorded, "lab", [quarter()] * 3)  # another method, of more images
    kept(
        recorded,
        "lab",
        whole.to_pixels(),
        positions=[2],
        method="wam",
        options=options,
        orientations=whole.orientations,
        coefficients=first_samples(whole, 1),
        scale_share=whole.scale_share,
        orientation_share=whole.orientation_share,
    )
    shown = fold(unit(recorded, "hidden", UNIT, method="saliency", image="lab:2"), "scales").panels
    assert [each.title for each in shown if isinstance(each, StripGroups)] == ["One image, scale by scale"]


def test_frequencies_of_the_maps_are_lines_of_both_sets(recorded):
    kept(recorded, "lab", [quarter()] * 3)
    assert all(panel.key != "scales" for panel in unit(recorded, "hidden", UNIT).panels[-1].panels)
    noise = np.random.default_rng(0).random((3, 8, 8))
    kept(recorded, "field", noise)
    (lines,) = fold(unit(recorded, "hidden", UNIT), "scales").panels
    assert [(line.name, line.look) for line in lines.lines] == [("lab", "baseline"), ("field", "focus")]
    for line in lines.lines:
        # Empty bins are drawn as a small share.
        assert sum(10**value for value in line.values) == pytest.approx(1, abs=0.01)
    fine = high_frequency_share(noise).mean()
    assert f"{percent(fine)} in field" in lines.note


def sanity(verdict):
    return Sanity(["head"], np.array([0.3]), {THIS_MAP: Similarity(0.3, 0.2, 0.4, 3, verdict)})


def test_what_randomised_weights_say_stands_above_the_maps(recorded):
    kept(recorded, "lab", [quarter()] * 3, sanity=sanity(DEPENDS))
    verdict = fold(unit(recorded, "hidden", UNIT)).panels[0]
    assert verdict.title == "Randomised weights"
    assert verdict.text.startswith("lab, saliency: this map depends on the weights (similarity 0.30")
    kept(recorded, "field", [quarter()] * 3, sanity=sanity(DOES_NOT))
    found = fold(unit(recorded, "hidden", UNIT))
    assert found.panels[0].title == UNREADABLE
    (said,) = found.says
    assert said.text == "do not read the maps of field: they do not depend on what the model learned"


def test_with_a_model_at_hand_further_maps_are_computed_by_every_method(recorded):
    for name in ("lab", "field"):
        kept(recorded, name, [quarter()] * 3)
    form = of(Computation, fold(unit(ViewedStudy(recorded.path, NoJobs()), "hidden", UNIT)).panels)
    fields = {field.name: field for field in form.fields}
    assert form.title == "Compute further maps"
    assert set(fields["method"].choices) == set(attributions)
    assert fields["sanity"].tick


def test_beliefs_stand_beside_the_maps_of_an_image(recorded):
    scores = np.zeros((3, 2, 1, 3))  # (row, metric, fill, sample)
    scores[:, 1, 0, 0] = [0.5, -0.125, 0.25]  # of image 4, the first
    rows = ("saliency", "random map", "edges")
    faithful = Faithfulness(rows, ("deletion", "F"), ("channel_mean",), scores)
    kept(recorded, "lab", [quarter()] * 3, faithfulness=faithful, sanity=sanity(DOES_NOT))
    kept(recorded, "lab", [quarter()] * 3, method="rise", sanity=sanity(DEPENDS))
    kept(recorded, "lab", [quarter()] * 3, method="wam", scale_share=np.ones((3, 1)))
    found = fold(sample(recorded, "lab", 4))
    table = of(Table, found.panels)
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["lab", "hidden:3, rise", "depends on them", "–", "–", "–"],
        ["lab", "hidden:3, saliency", "do not read this map", "0.500", "−0.125", "0.250"],
    ]
    assert table.rows[0][2].note == "similarity 0.300"
    assert table.note == "places filled with the channel mean"
    said, why = found.says
    assert said == "3 maps of this image"
    assert why.text == "; do not read saliency: such a map does not depend on what the model learned"


def test_a_fitted_cutoff_tells_its_gain_and_its_curve(recorded):
    curve = np.array([[0.2, 0.4], [0.5, 0.7], [0.1, np.nan]])
    fitted = FittedLowPass(3.0, np.array([2.0, 3.0, 5.0]), curve[:, :1], np.zeros(1), np.array([0.1, 0.3]))
    kept(recorded, "lab", [quarter()] * 3, low_pass=2.0)  # a fitted one goes first
    kept(recorded, "lab", [quarter()] * 3, low_pass=3.0, fitted=fitted)
    page = unit(recorded, "hidden", UNIT)
    table = of(Table, fold(page).panels)
    assert table.rows[0][1].text == "saliency, up to 3 cycles (fitted)"
    assert "F gains +0.200" in table.note
    (lines,) = fold(page, "scales").panels
    assert [mark[0] for mark in lines.marks] == ["2", "3", "5"]
    assert lines.lines[0].values == pytest.approx([0.2, 0.5, 0.1])
    assert lines.chosen == 1


def test_scales_are_named_by_periods():
    assert [scale_name(level, 3) for level in range(4)] == [
        "2 to 4 px",
        "4 to 8 px",
        "8 to 16 px",
        "above 16 px",
    ]


def test_an_image_shows_maps_of_its_prediction_its_label_and_units(recorded):
    seen = recorded["lab"].samples[4]
    for number in {seen.prediction, seen.label}:
        kept(recorded, "lab", [quarter()] * 3, layer=LOGITS, unit=number)
    kept(recorded, "lab", [quarter(), quarter(9), quarter(9)])
    found = fold(sample(recorded, "lab", 4))
    (group,) = of(StripGroups, found.panels).groups
    pictures = group.strips[1].pictures
    captions = [picture.caption.split()[0] for picture in pictures]
    assert captions[0] == "prediction"
    assert captions[-1] == "hidden:3"
    np.testing.assert_allclose(pictures[-1].map.shares, quarter())  # a scale of its own
    without = fold(sample(recorded, "lab", 5))
    assert without.says == "no maps are kept yet"
    predicted = recorded["lab"].samples[5].prediction
    command = f"shiftscope attribute {recorded.path} --unit {predicted} --method smoothgrad --dataset lab"
    assert command in of(Code, without.panels).text


def test_images_of_a_layer_without_places_point_at_what_maps_say(recorded):
    """The largest 5 % of 64 places are 4 of them; a quarter of the picture ties, and is boxed as a whole."""
    kept(recorded, "lab", [quarter()] * 3)
    strongest = recorded["lab"].summary("hidden", TopSamples).position[:, UNIT].tolist()
    page = unit(recorded, "hidden", UNIT)
    boxes = {each.position: each.box for each in page.panels[0].strips[0].pictures}
    pointed = {place for place in strongest[:12] if boxes.get(place)}
    assert pointed == {place for place in (4, 2, 7) if place in boxes}
    assert "box: the 5 % of the saliency map that count most" in page.panels[0].note
    cropped = unit(recorded, "hidden", UNIT, place="crop").panels[0]
    assert "cropped to the 5 %" in cropped.note
    assert all(each.box.cropped for each in cropped.strips[0].pictures if each.box)
    whole = unit(recorded, "hidden", UNIT, place="whole").panels[0]
    assert not any(each.box for each in whole.strips[0].pictures)


def test_viewer_and_notebook_draw_maps(recorded):
    kept(recorded, "lab", [quarter()] * 3)
    page = viewer(recorded).get("layers/hidden/units/3").text
    assert page.count('<span class="map"><img src="data:image/png;base64,') == 3
    html = notebook_html(unit(recorded, "hidden", UNIT), recorded)
    assert "saliency map of image 4" in html


def test_the_scale_ends_where_most_places_lie_below():
    rare = np.zeros((1, 20, 20), np.float32)
    rare[0, 0, 0] = 5
    question = AttributionQuestion("lab", "hidden", 0, "saliency")
    made = Attributions(question, np.zeros(1, np.int64), ["a"], rare, np.ones(1))
    assert end_of_scale([made]) == 5  # the largest, where that place is zero
    assert end_of_scale([]) == 1


def test_the_prices_told_are_those_of_the_methods():
    for name, passes in USUAL_PASSES.items():
        assert tuple(attributions[name].price((3, 32, 32))) == (passes, passes)
    for name, passes in FORWARD_PASSES.items():
        assert tuple(attributions[name].price((3, SIDE, SIDE))) == (passes, 0)
    assert set(METHODS) == set(attributions)
    assert faithfulness_passes(1, 28 * 28)[0] == FAITHFUL_PASSES


def test_controls_stand_below_the_map_with_means_under_the_first_fill():
    scores = np.zeros((2, 2, 2, 3))  # (row, metric, fill, sample)
    scores[0, 0, 0] = 0.5
    scores[0, 1, 0] = [0.1, 0.2, 0.6]
    faithful = Faithfulness(("saliency", "random map"), ("deletion", "F"), ("channel_mean", "blur"), scores)
    question = AttributionQuestion("lab", "hidden", 0, "saliency")
    maps = np.ones((3, 4, 4))
    made = Attributions(question, np.arange(3), list("abc"), maps, np.ones(3), faithfulness=faithful)
    table = faithful_table([made])
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["lab", "saliency", "0.500", "0.300"],
        ["lab", "random map", "0.000", "0.000"],
    ]
    assert "F 0.30 (0.00 of a random map) under channel mean" in table.note
    filtered = replace(made, question=replace(question, low_pass=3.0))
    both = faithful_table([made, filtered])  # the random map is the same one
    assert [row[1].text for row in both.rows] == ["saliency", "saliency, up to 3 cycles", "random map"]
    assert faithful_table([]) is None


def test_maps_no_more_faithful_than_edges_and_a_control_that_is_the_map_are_told():
    own = [[[0.2, 0.4]], [[0.1, np.nan]]]  # F of mean .3, µ-Fidelity .1: edges have .35 and .05
    scores = np.array([own, own, [[[0.3, 0.4]], [[0.05, 0.05]]], [[[0.0, 0.0]], [[0.0, 0.0]]]])
    rows = ("saliency", "plain gradient", "edges", "random map")
    faithful = Faithfulness(rows, ("F", "mu_fidelity"), ("blur",), scores)
    question = AttributionQuestion("lab", "hidden", 0, "saliency")
    made = Attributions(
        question, np.arange(2), list("ab"), np.ones((2, 4, 4)), np.ones(2), faithfulness=faithful
    )
    assert no_better_than_edges([made]) == ["lab"]
    table = faithful_table([made])
    assert [cell.text for cell in table.rows[1]] == ["lab", "plain gradient", "is this map", ""]
    assert "not above the picture's edges (F 0.300, edges 0.350): such a map may have shown" in plain(
        table.note
    )
    above = replace(faithful, scores=scores[[0, 1, 3, 2]])
    assert no_better_than_edges([replace(made, faithfulness=above)]) == []


def test_kept_numbers_of_every_unit_tell_where_it_looks_and_changed_pairs_stand_apart(recorded):
    """A unit whose centre is 20 % lower, in pairs whatever becomes of their prediction; no maps are kept."""
    dim = Made()
    dim.inputs = 1 - dim.inputs
    recorded.record(dim, "dim", twins="id", twin_of="lab", progress=False)
    every = np.arange(40)
    for name, row in (("lab", 0.3), ("dim", 0.5)):
        shape = 40, recorded.layer("hidden").units
        numbers = {each: np.full(shape, row) for each in ("map_row", "map_column", "map_spread")}
        numbers["map_column"][:] = 0.5
        numbers["scale_share"] = np.full((*shape, 3), 1 / 3)
        settings = {"method": "wam_saliency"}
        key = map_numbers_key(recorded, "hidden", name, settings)
        write_map_numbers(recorded, key, MapNumbers(every, numbers, settings))
    page = unit(recorded, "hidden", UNIT, focus="dim")
    same = int((recorded["lab"].samples.predictions == recorded["dim"].samples.predictions).sum())
    assert 0 < same < 40
    scales, places = fold(page, "scales").panels
    assert [column.name for column in scales.columns[2:]] == [
        f"points, {same} of {40} pairs",
        f"points, {40 - same} that changed",
    ]
    (row, *_) = panel_table(places).to_pylist()
    assert (row["difference"], row["difference of pairs that changed"]) == pytest.approx((0.2, 0.2))
    assert [cell.text for cell in places.rows[0]] == [
        "centre, from above",
        "30.0 %",
        "50.0 %",
        "+20.0",
        "+20.0",
    ]
    assert f"{same} of {40} pairs keep their prediction" in places.note
    (said,) = fold(page).says
    assert said.help == RULE
