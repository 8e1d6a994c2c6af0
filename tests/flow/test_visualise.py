"""Pictures of a study's units: drawn once, kept, found again without the model, refused where they cannot be."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

import shiftscope as ss
from shiftscope.errors import BadRequest, NotInStudy, StudyMismatch
from shiftscope.explain.visualisation.reached import reached
from shiftscope.statistics.split import fit_half
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
    monkeypatch.setattr("shiftscope.explain.visualisation.template.ENOUGH", 4)  # the sets are small
    lab = drawn(recorded, "hidden", 3, data=data)
    field = drawn(recorded, "hidden", 3, dataset="field", data=data)
    assert not np.array_equal(lab.image, field.image)


def test_a_picture_is_stale_once_its_dataset_is_recorded_again(recorded, net, data):
    drawn(recorded, "hidden", 3, dataset="field", data=data)
    recorded.record(Made(seed=2), name="field", overwrite=True, progress=False)
    assert recorded.visualisations("hidden", 3) == []


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
        (("hidden", 3), {"sharp": 1}, BadRequest, "no option 'sharp'"),
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
