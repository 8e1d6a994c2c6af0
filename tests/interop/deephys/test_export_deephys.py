"""Exported files are as Deephys' own package writes them, read by another CBOR reader than ours."""

import os
from collections import OrderedDict

import cbor2
import numpy as np
import pytest
from PIL import Image
from torch import nn

from shiftscope.arrays import NO_LABEL
from shiftscope.datasets.sample import Sample
from shiftscope.errors import BadRequest, DataError, LayerError, NotInStudy
from shiftscope.interop.deephys.export_deephys import export_deephys
from shiftscope.interop.deephys.import_deephys import import_deephys

from .conftest import REAL, decoded, image


def test_a_study_of_its_files_is_written_byte_for_byte_as_the_package_did(imported, tmp_path):
    exported = export_deephys(imported("0.14.1"), tmp_path / "out", datasets=["lab"])
    assert [path.name for path in exported.files] == ["toy_net.model", "lab.test"]
    assert exported.files[0].read_bytes() == (REAL / "now.model").read_bytes()
    assert exported.files[1].read_bytes() == (REAL / "lab.test").read_bytes()
    assert exported.notes == ()


@pytest.mark.parametrize("features", [None, {}, {"light": "dim"}])
def test_features_come_back_as_they_were_also_where_there_are_none(written, tmp_path, features):
    images = [
        image(0, features=features),
        image(1, features={"light": "bright"}),
        image(2, features=features),
    ]
    exported = export_deephys(written(images=images).study(), tmp_path / "out")
    content = cbor2.loads(exported.files[1].read_bytes())
    assert [one["features"] for one in content["images"]] == [features, {"light": "bright"}, features]


def test_older_files_come_out_as_the_latest_package_would_have_written_them(imported, tmp_path):
    exported = export_deephys(imported("0.5.4"), tmp_path / "out")
    content = cbor2.loads(exported.files[2].read_bytes())
    assert list(content) == ["name", "dtype", "classes", "images"]
    assert list(content["images"][0]) == [
        "imageID",
        "categoryID",
        "category",
        "data",
        "features",
        "activations",
    ]
    raw, ours = decoded(REAL / "oldest_net.model", REAL / "oldest_grey.test"), decoded(*exported.files[::2])
    for layer, responses in raw.layers.items():
        assert ours.layers[layer].tobytes() == responses.tobytes()
    np.testing.assert_array_equal(ours.pixels[0], raw.pixels[0].repeat(3, axis=0))
    assert exported.notes == ("oldest_grey: 12 grey images with three equal channels.",)
    assert cbor2.loads(exported.files[0].read_bytes())["classification_layer"] == "classification"


def test_a_recorded_study_has_its_logits_as_the_classification_layer(recorded, tmp_path):
    exported = export_deephys(recorded, tmp_path / "out", layers=["hidden"])
    model = cbor2.loads(exported.files[0].read_bytes())
    assert list(model) == ["name", "layers", "classification_layer"]
    assert model == {
        "name": "made",
        "layers": [{"layerID": "hidden", "neurons": [{}] * 10}, {"layerID": "logits", "neurons": [{}] * 4}],
        "classification_layer": "logits",
    }
    for name, test in zip(recorded, exported.files[1:], strict=True):
        raw, recording = decoded(exported.files[0], test), recorded[name]
        np.testing.assert_array_equal(raw.layers["hidden"], recording.responses("hidden"))
        np.testing.assert_array_equal(raw.logits, recording.logits_of())
        np.testing.assert_array_equal(raw.labels, recording.samples.labels)
        assert raw.categories == [recorded.categories[label] for label in raw.labels]
        assert raw.features[5] == {"id": "sample-5", "row": "5"}
        assert {pixels.shape for pixels in raw.pixels} == {(3, 8, 8)}
    assert "lab: metadata that is no text is written as text." in exported.notes
    again = import_deephys(exported.files[0], exported.files[1:], tmp_path / "again.study")
    assert (again.datasets, again.categories) == (["lab", "field"], recorded.categories)
    np.testing.assert_array_equal(again["field"].samples.predictions, recorded["field"].samples.predictions)


def test_negative_layers_are_left_out_and_refused_when_asked_for(recorded, tmp_path):
    assert recorded["lab"].responses("conv").min() < 0
    exported = export_deephys(recorded, tmp_path / "out")
    assert "layer conv is left out: it has negative responses, which Deephys refuses." in exported.notes
    with pytest.raises(LayerError, match="the layers conv have negative responses"):
        export_deephys(recorded, tmp_path / "other", layers=["conv", "hidden"])
    assert not (tmp_path / "other").exists()


def test_what_deephys_has_no_place_for_is_left_out_and_told(new_study, made, tmp_path):
    study = new_study()
    data = made(unlabelled=frozenset({1, 2}), broken=frozenset({4}))
    study.record(data, "lab", layers=["hidden"], on_error="skip", progress=False)
    exported = export_deephys(study, tmp_path / "out")
    raw = decoded(*exported.files)
    kept = [i for i in range(40) if i not in (1, 2, 4)]
    np.testing.assert_array_equal(raw.labels, data.labels[kept])
    np.testing.assert_array_equal(raw.layers["hidden"], study["lab"].responses("hidden")[kept])
    assert [features["id"] for features in raw.features] == [f"sample-{i}" for i in kept]
    assert exported.notes[:2] == (
        "lab: 1 of 40 samples were skipped and are left out.",
        "lab: 2 of 40 samples have no label and are left out.",
    )


def test_a_dataset_with_nothing_to_write_is_refused_before_anything_is_written(new_study, made, tmp_path):
    study = new_study()
    study.record(made(), "lab", layers=["hidden"], progress=False)
    study.record(made(unlabelled=frozenset(range(40)), seed=1), "wild", progress=False)
    with pytest.raises(
        DataError, match="'wild' cannot be a Deephys file: of its 40 samples none was shown and has"
    ):
        export_deephys(study, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_pictures_take_the_shape_of_the_first(written, tmp_path):
    images = [image(0), image(1, data=[[b"\x10" * 6] * 4] * 3), image(2, data=[[b"\x20" * 90] * 70] * 3)]
    exported = export_deephys(written(images=images).study(), tmp_path / "out")
    raw = decoded(*exported.files)
    assert {pixels.shape for pixels in raw.pixels} == {(3, 2, 3)}
    assert (raw.pixels[1] == 0x10).all()
    assert (abs(raw.pixels[2].astype(int) - 0x20) <= 2).all()
    assert exported.notes == (
        "set: 2 images resized to 3 x 2 pixels as the first.",
        "set: 1 image as the study's JPEG has it, not the pixels shown.",
    )


def net_with(layer):
    hidden = nn.Sequential(nn.Flatten(), nn.Linear(192, 5), nn.ReLU())
    return nn.Sequential(OrderedDict({layer: hidden, "head": nn.Linear(5, 4)}))


def test_long_names_are_cut_to_what_deephys_takes_and_told(new_study, made, tmp_path):
    study = new_study(net_with("a_layer_with_a_name_of_more_than_thirty"), name="n" * 50)
    for number in (1, 2):
        name = "a dataset with a name of more than forty characters, " + str(number)
        study.record(
            made(seed=number), name, layers=["a_layer_with_a_name_of_more_than_thirty"], progress=False
        )
    exported = export_deephys(study, tmp_path / "out")
    model, *tests = (cbor2.loads(path.read_bytes()) for path in exported.files)
    assert model["name"] == "n" * 40
    assert model["layers"][0]["layerID"] == "a_layer_with_a_name_of_more_than_thirty"[:30]
    assert [test["name"] for test in tests] == [
        "a dataset with a name of more than forty",
        "a dataset with a name of more than for~2",
    ]
    assert sum("Deephys takes" in note for note in exported.notes) == 4


def test_a_layer_that_is_called_logits_leaves_the_name_to_itself(new_study, made, tmp_path):
    study = new_study(net_with("logits"))
    study.record(made(), "lab", layers=["logits"], progress=False)
    model = cbor2.loads(export_deephys(study, tmp_path / "out").files[0].read_bytes())
    assert [layer["layerID"] for layer in model["layers"]] == ["logits", "logits~2"]
    assert model["classification_layer"] == "logits~2"


def test_nothing_is_written_over(recorded, tmp_path):
    export_deephys(recorded, tmp_path / "out", datasets=["lab"])
    with pytest.raises(BadRequest, match=r"made.model is there already; choose another folder"):
        export_deephys(recorded, tmp_path / "out")


def test_a_folder_that_may_not_be_written_is_told(recorded, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(BadRequest, match="nothing may be written into the folder"):
        export_deephys(recorded, tmp_path / "out")


def test_unknown_names_and_missing_responses_are_refused(new_study, made, tmp_path):
    study = new_study()
    with pytest.raises(BadRequest, match="no dataset to export"):
        export_deephys(study, tmp_path / "out")
    study.record(made(), "lab", layers=["hidden"], keep="summaries", progress=False)
    for options, says in (
        ({"datasets": ["lap"]}, "no dataset 'lap' in this study; closest: 'lab'"),
        ({"layers": ["hiden"]}, "no layer 'hiden' in this study; closest: 'hidden'"),
        ({}, "'lab' was recorded with keep=\"summaries\""),
    ):
        with pytest.raises(NotInStudy, match=says):
            export_deephys(study, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


class Listed(list):
    """Samples as a dataset."""

    categories = None

    def fingerprint(self):
        return "listed"

    def describe(self):
        return {}


def test_a_sample_keeps_its_id_beside_metadata_of_that_name(new_study, made, tmp_path):
    picture = Image.new("RGB", (8, 8))
    data = Listed(
        Sample(f"s{i}", made().inputs[i], 0, picture, metadata={"id": "tag", "sample id": 5})
        for i in range(2)
    )
    study = new_study()
    study.record(data, "lab", layers=["hidden"], progress=False)
    raw = decoded(*export_deephys(study, tmp_path / "out").files)
    assert raw.features[1] == {"id": "tag", "sample id": "5", "sample sample id": "s1"}


def test_small_pictures_are_written_pixel_for_pixel(new_study, made, tmp_path):
    pixels = np.arange(8 * 8 * 3, dtype=np.uint8).reshape(8, 8, 3)
    data = Listed(
        Sample(str(i), made().inputs[i], i % 4 or NO_LABEL, Image.fromarray(pixels)) for i in range(4)
    )
    study = new_study()
    study.record(data, "lab", layers=["hidden"], progress=False)
    raw = decoded(*export_deephys(study, tmp_path / "out").files)
    np.testing.assert_array_equal(raw.pixels[0], pixels.transpose(2, 0, 1))
    assert list(raw.labels) == [1, 2, 3]
