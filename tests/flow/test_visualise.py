"""Pictures of a study's units: drawn once, kept, found again without the model, refused where they cannot be."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

import shiftscope as ss
from shiftscope.errors import BadRequest, NotInStudy, StudyMismatch
from shiftscope.explain.visualisation.belief.reached import reached
from shiftscope.explain.visualisation.fit_positions import fit_positions
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import asked_pictures, picture_key
from shiftscope.statistics.split import fit_half
from shiftscope.store.keep_result import keep_result
from shiftscope.store.results import Result
from tests.conftest import Made

QUICK = {"steps": 4, "crops": 2, "range": (-8.0, 8.0), "progress": False}


@pytest.fixture
def data():
    return {"lab": Made(), "field": Made(seed=1, scale=1.5)}


def drawn(study, *given, **options):
    return study.visualise(*given, **{**QUICK, **options})


def test_a_picture_is_kept_and_found_again_without_the_model(recorded, data):
    computed = drawn(recorded, "hidden", 3, data=data)
    opened = ss.open_study(recorded.path)
    again = drawn(opened, "hidden", 3)
    assert opened.model is None
    for name in ("image", "alpha", "best", "curve"):
        np.testing.assert_array_equal(getattr(again, name), getattr(computed, name).astype(np.float32))
    assert again.reached == computed.reached
    assert (
        list(again.snapshots) == list(computed.snapshots) == [1, 2, 4]
    )  # a quarter, a half and all of 4 steps
    np.testing.assert_allclose(
        again.snapshots[4], computed.image, atol=16 / 255 / 2 + 1e-6
    )  # of a range of 16
    assert repr(again) == repr(computed)
    (listed,) = opened.visualisations("hidden")
    np.testing.assert_array_equal(listed.image, again.image)
    with pytest.raises(BadRequest, match="does not hold the model"):
        drawn(opened, "hidden", 3, steps=5)


def test_its_response_is_the_units_and_stands_among_those_held_out(recorded, net, data):
    found = drawn(recorded, "hidden", 3, data=data)
    size = data["lab"].inputs.shape[-2:]
    assert found.image.shape[1:] == (2 * size[0], 2 * size[1])  # small inputs are drawn twice as large
    shown = torch.nn.functional.interpolate(
        torch.from_numpy(found.image)[None], size, mode="bilinear", antialias=True
    )
    with torch.no_grad():
        response = float(net.eval().hidden(net.act(net.conv(shown)))[0, 3])
    assert found.score == pytest.approx(response, rel=1e-4)
    stored = recorded["lab"].unit_responses("hidden", 3)
    held_out = stored[~fit_half(recorded["lab"].samples.column("id").to_pylist())]
    below = np.mean(held_out < found.score) + np.mean(held_out == found.score) / 2
    assert found.reached.quantile == pytest.approx(below)
    assert found.reached.samples == len(held_out)


def test_a_range_and_a_size_are_the_same_however_they_are_written(recorded, data):
    first = drawn(recorded, "hidden", 3, range=[-8, 8], size=np.int64(24), data=data)
    again = drawn(ss.open_study(recorded.path), "hidden", 3, range=np.array([-8.0, 8.0]), size=(24, 24))
    np.testing.assert_array_equal(again.image, first.image)
    assert len(recorded.visualisations("hidden", 3)) == 1


def test_colours_and_spectra_are_of_samples_from_everywhere(recorded):
    half = np.flatnonzero(fit_half(recorded["lab"].samples.column("id").to_pylist()))
    assert fit_positions(recorded, "lab", 5) == half[[0, 4, 8, 13, 17]].tolist()  # of 18
    assert len(half) == 18


def test_without_stored_responses_json_has_null(recorded, data):
    found = drawn(recorded, "hidden", 3, data=data)
    nothing = replace(found, reached=reached(1.0, np.empty(0))).numbers()
    assert nothing["quantile"] is None
    assert nothing["strongest"] is None


def test_several_units_are_kept_one_by_one(recorded, data):
    first, second = drawn(recorded, "hidden", [3, 5], data=data)
    opened = ss.open_study(recorded.path)
    np.testing.assert_array_equal(drawn(opened, "hidden", 5).image, second.image)
    np.testing.assert_array_equal(drawn(opened, "hidden", 3).image, first.image)


def test_a_sample_is_accentuated(recorded, data):
    found = drawn(recorded, "hidden", 3, method="accentuation", sample=2, data=data)
    assert found.start.shape == found.image.shape
    assert found.delta.any()
    ids = recorded["lab"].samples.column("id").to_pylist()
    by_id = drawn(ss.open_study(recorded.path), "hidden", 3, method="accentuation", sample=ids[2])
    np.testing.assert_array_equal(by_id.image, found.image)


def test_the_prior_is_that_of_the_dataset_asked_for(recorded, data, monkeypatch):
    monkeypatch.setattr("shiftscope.explain.visualisation.canvas.template.ENOUGH", 4)  # the sets are small
    lab = drawn(recorded, "hidden", 3, data=data)
    field = drawn(recorded, "hidden", 3, dataset="field", data=data)
    assert not np.array_equal(lab.image, field.image)


CLIMB = {"method": "activation_maximisation"}


def test_facets_of_a_unit_are_kept_and_found_again(recorded, data):
    first, second = drawn(recorded, "hidden", 3, facets=2, data=data, **CLIMB)
    assert first.objective == "hidden:3, facet 1 of 2"
    assert first.start.any()
    assert not np.array_equal(first.start, second.start)
    opened = ss.open_study(recorded.path)
    again = drawn(opened, "hidden", 3, facets=2, **CLIMB)
    np.testing.assert_array_equal([each.image for each in again], [first.image, second.image])
    assert [each.settings["facet"] for each in again] == [each.settings["facet"] for each in (first, second)]
    assert len(opened.visualisations("hidden", 3)) == 2
    with pytest.raises(BadRequest, match="does not hold the model"):
        drawn(opened, "hidden", 3, facets=1, **CLIMB)


def test_pictures_drawn_together_are_kept_one_by_one(recorded, data):
    found = drawn(recorded, "hidden", [3, 5], together=2, data=data, **CLIMB)
    assert [each.objective for each in found] == [f"hidden:{at}, {n} of 2" for at in (3, 5) for n in (1, 2)]
    again = drawn(ss.open_study(recorded.path), "hidden", 5, together=2, **CLIMB)
    for kept, computed in zip(again, found[2:], strict=True):
        np.testing.assert_array_equal(kept.image, computed.image.astype(np.float32))
        np.testing.assert_array_equal(kept.curve, computed.curve.astype(np.float32))
        assert kept.reached == computed.reached
    believed = drawn(recorded, "hidden", 5, together=2, believe=True, data=data, **CLIMB)
    assert believed[0].belief.reached[0] == pytest.approx(found[2].reached.quantile)
    assert believed[1].belief.reached[0] == pytest.approx(found[3].reached.quantile)


def test_a_prior_is_fitted_on_the_dataset_asked_for(recorded, data, monkeypatch):
    monkeypatch.setattr("shiftscope.explain.visualisation.prior.ENOUGH", 4)  # the sets are small
    lab = drawn(recorded, "hidden", 3, prior="pca", data=data, **CLIMB)
    field = drawn(recorded, "hidden", 3, prior="pca", dataset="field", data=data, **CLIMB)
    assert not np.array_equal(lab.image, field.image)
    assert lab.settings["prior"] == "pca"
    found = drawn(ss.open_study(recorded.path), "hidden", 3, prior="pca", **CLIMB)
    np.testing.assert_array_equal(found.image, lab.image.astype(np.float32))


def test_a_unit_that_is_asked_for_twice_is_drawn_once_and_given_twice(recorded, data):
    told = []

    @contextmanager
    def progress(name, done, total, *, counted="samples"):
        told.append(name)
        yield lambda steps: None

    found = drawn(recorded, "hidden", [3, 5, "3"], data=data, progress=progress)
    assert [each.objective for each in found] == ["hidden:3", "hidden:5", "hidden:3"]
    assert found[0] is found[2]
    assert told == ["maco of hidden:3", "maco of hidden:5"]


def test_a_prior_is_trained_once_for_many_units_and_says_how_far_it_is(recorded, data, monkeypatch):
    monkeypatch.setattr("shiftscope.explain.visualisation.prior.ENOUGH", 4)
    told = []

    @contextmanager
    def progress(name, done, total, *, counted="samples"):
        told.append((name, total))
        yield lambda steps: None

    asked = {**CLIMB, "prior": "autoencoder", "prior_steps": 100, "data": data}
    found = drawn(recorded, "hidden", [3, 5], **asked, progress=progress)
    assert [name for name, _ in told].count("fitting the prior autoencoder") == 1
    assert told[0] == ("fitting the prior autoencoder", 100)
    assert found[1].settings["prior_steps"] == 100


def test_a_picture_is_stale_once_its_dataset_is_recorded_again(recorded, net, data):
    drawn(recorded, "hidden", 3, dataset="field", data=data)
    recorded.record(Made(seed=2), name="field", overwrite=True, progress=False)
    assert recorded.visualisations("hidden", 3) == []


def test_of_the_version_before_only_pictures_that_were_shown_moved_are_drawn_again(
    recorded, data, monkeypatch
):
    monkeypatch.setattr("shiftscope.explain.visualisation.stored_pictures.MOVED_VERSIONS", {})
    for settings in ({}, CLIMB, CLIMB | {"crops": 0}):
        drawn(recorded, "hidden", 3, **settings, data=data)
    monkeypatch.undo()
    kept = recorded.visualisations("hidden", 3)
    assert sorted((each.method, each.settings["crops"]) for each in kept) == [
        ("activation_maximisation", 0),
        ("maco", 2),
    ]
    (stale,) = recorded.results(stale=True)["state"]
    assert stale == "computed by an earlier version of picture"
    drawn(recorded, "hidden", 3, **CLIMB, data=data)
    assert recorded.results(stale=True).empty


def test_pictures_of_a_use_from_before_their_direction_had_a_weight_are_said_to_be_stale(recorded):
    question = PictureQuestion("lab", "hidden", 3, "maco", {}, 4, 2, use=("field", "conv", 1))
    now = picture_key(recorded, question)
    settings = {name: value for name, value in now.settings.items() if name != "weight"}
    keep_result(
        recorded,
        Result(replace(now, settings=settings, versions={"picture": 3}), {"picture": {"image": np.zeros(3)}}),
    )
    assert not list(asked_pictures(recorded, "hidden", 3))
    assert list(recorded.results(stale=True)["kind"]) == ["visualisations"]


def test_logits_and_features_are_drawn(recorded, data):
    assert drawn(recorded, None, "b", data=data).objective == "logit 1"
    recorded.derive("hidden", "pca", size=2, seeds=1, progress=False)
    assert drawn(recorded, "hidden~pca2", 1, data=data).objective == "hidden~pca2:1"


@pytest.mark.parametrize(
    ("given", "options", "error", "told"),
    [
        (("hidden", 99), {}, NotInStudy, "no unit 99"),
        (("hiden", 1), {}, NotInStudy, "closest"),
        (("hidden", 3), {"method": "maca"}, BadRequest, "closest: 'maco'"),
        (("hidden", 3), {"method": "accentuation"}, BadRequest, "starts from a sample"),
        (("hidden", 3), {"range": None}, BadRequest, "give the range"),
        (("hidden", 3), {"range": (0.0, 0.1)}, BadRequest, "but a sample of 'lab' reaches"),
        (("hidden", 3), {"steps": -1}, BadRequest, "steps=-1"),
        (("hidden", 3), {"size": 3}, BadRequest, "size=3"),
        (("hidden", 3), {"size": 8.5}, BadRequest, "size=8.5"),
        (("hidden", 3), {"range": "0 1"}, BadRequest, "give its lower and its upper end"),
        (("hidden", 3), {"sample": 1.7}, BadRequest, "sample 1.7; give its position or its id"),
        ((ss.Direction("hidden", np.ones(10)),), {}, BadRequest, "ss.visualise its picture"),
        (("hidden", 3), {"sharp": 1}, BadRequest, "no option 'sharp'"),
        (("hidden", []), {}, BadRequest, "no units are given"),
        (("hidden", 3), {"facets": 2.5}, BadRequest, "facets=2.5"),
        (("hidden", 3), {"facets": 2, "sample": 1}, BadRequest, "name no sample"),
        (("hidden", 3), {"facets": 999}, BadRequest, "999 facets"),
        (("hidden", 3), {**CLIMB, "prior": "pac"}, BadRequest, "closest: 'pca'"),
        (("hidden", 3), {**CLIMB, "prior": len}, BadRequest, "or give it to ss.visualise"),
        (("hidden", 3), {**CLIMB, "prior": "pca"}, BadRequest, "32 at least"),
        (("hidden", 3), {**CLIMB, "prior": "autoencoder", "prior_steps": 0}, BadRequest, "prior_steps=0"),
        (("hidden", 3), {**CLIMB, "together": "2"}, BadRequest, "together='2'"),
        ((ss.Neuron("conv", 1, "max"),), {}, BadRequest, "as it is recorded"),
    ],
)
def test_what_cannot_be_asked_is_refused(recorded, data, given, options, error, told):
    with pytest.raises(error, match=told):
        drawn(recorded, *given, data=data, **options)


def test_other_data_are_refused(recorded):
    with pytest.raises(StudyMismatch):
        drawn(recorded, "hidden", 3, data={"lab": Made(seed=9)})


def test_inputs_that_a_function_made_are_drawn_in_the_range_that_is_given(tmp_path, net):
    rng = np.random.default_rng(0)
    columns = {
        "image": [Image.fromarray(each) for each in rng.integers(0, 256, (40, 8, 8, 3), np.uint8)],
        "label": [0, 1, 2, 3] * 10,
    }

    def transform(picture):
        return torch.from_numpy(np.array(picture, np.float32).transpose(2, 0, 1) / 255)

    study = ss.Study.create(tmp_path / "x.study", net, ["a", "b", "c", "d"])
    study.record(columns, "lab", layers=["hidden"], transform=transform, progress=False)
    data = {"lab": ss.dataset(columns, transform=transform, categories=study.categories)}
    with pytest.raises(BadRequest, match="give the range"):
        drawn(study, "hidden", 3, range=None, data=data)
    found = drawn(study, "hidden", 3, range=(0.0, 1.0), data=data)
    assert 0 <= found.image.min() < found.image.max() <= 1


def test_quantiles_by_hand():
    responses = np.array([0.0, 0.0, 1.0, 2.0, np.nan])
    assert [reached(value, responses).quantile for value in (0, 1, 3)] == [0.25, 0.625, 1]
    assert reached(3, responses).in_words(3) == "1.5 times the strongest of 4 samples"
    assert reached(3, np.empty(0)).in_words(3) == "no stored response to compare with"
    assert reached(1.5, np.append(np.zeros(4999), 2)).in_words(1.5) == "more than 99.9 % of 5000 samples"


def test_how_much_to_believe_is_measured_once_and_kept(recorded, data):
    plain = drawn(recorded, "hidden", 3, data=data)
    assert plain.belief is None
    computed = drawn(recorded, "hidden", 3, data=data, believe=True)
    np.testing.assert_array_equal(computed.image, plain.image.astype(np.float32))
    belief = computed.belief
    assert belief.layers == ("conv",)
    assert belief.reached[0] == pytest.approx(computed.reached.quantile)
    assert belief.reached[1] > belief.reached[2]  # the strongest samples, and those drawn at random
    assert belief.in_words() in repr(computed)
    again = drawn(ss.open_study(recorded.path), "hidden", 3, believe=True)
    assert again.belief.numbers() == belief.numbers()
    assert repr(again) == repr(computed)


def test_samples_that_were_skipped_are_not_read(new_study, net):
    data = {"lab": Made(broken=frozenset(range(4))), "field": Made(seed=1, broken=frozenset({1, 7}))}
    study = new_study()
    for name, made in data.items():
        study.record(made, name, layers=["hidden"], on_error="skip", progress=False)
    with torch.inference_mode():
        assert drawn(study, "hidden", 3, data=data).reached.samples > 0
    transfer = drawn(study, "hidden", 3, second=net, data=data).belief.transfer
    assert (transfer.unit, transfer.correlation) == (3, pytest.approx(1))
    half = np.flatnonzero(fit_half(study["field"].samples.column("id").to_pylist()))
    counted = study.spectra("field", range=(-8.0, 8.0), data=data).pictures
    assert counted[0] == len(set(half) - {1, 7})


@pytest.mark.parametrize("unit", [("hidden", 3), (None, 2)])
def test_where_single_responses_are_not_kept_there_is_nothing_to_compare_with(new_study, unit):
    made = Made()
    study = new_study()
    study.record(made, "lab", layers=["hidden"], keep="summaries", progress=False)
    found = drawn(study, *unit, data={"lab": made})
    assert "no stored response to compare with" in found.in_words()
    assert found.numbers()["quantile"] is None
