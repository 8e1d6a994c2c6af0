import json
import shutil

import numpy as np
import pytest
import xarray
from torch import nn

from shiftscope.store import layout
from shiftscope.study import open_study


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def opened(study, dataset, **options):
    return xarray.open_zarr(
        study.path / dataset / "responses.zarr", consolidated=False, chunks=None, **options
    )


@pytest.fixture
def partly_labelled(new_study, made):
    study = new_study()
    data = made(unlabelled=frozenset({3}), broken=frozenset({5}))
    study.record(data, "lab", layers=["conv", "hidden"], on_error="skip", progress=False)
    return study


def test_a_layer_opens_in_plain_xarray_with_samples_and_units_named(partly_labelled):
    layer = opened(partly_labelled, "lab", group="hidden")
    samples = partly_labelled["lab"].samples
    assert layer.by_sample.dims == ("sample", "unit")
    assert set(layer.data_vars) == {"by_sample", "by_unit"}
    assert {name: layer[name].dims for name in layer.coords} == {
        "sample": ("sample",),
        "unit": ("unit",),
        "label": ("sample",),
        "prediction": ("sample",),
    }
    assert layer.sample.values.tolist() == list(range(40))
    assert layer.unit.values.tolist() == list(range(10))
    np.testing.assert_array_equal(layer.label, samples.labels)
    np.testing.assert_array_equal(layer.prediction, samples.predictions)
    assert layer.label[3] == layer.prediction[5] == -1
    chosen = layer.by_sample.where(layer.label == 2, drop=True).sel(unit=4)
    np.testing.assert_array_equal(chosen, samples_of(partly_labelled, 2, unit=4))


def samples_of(study, label, unit):
    recording = study["lab"]
    return recording.responses("hidden")[recording.samples.labels == label, unit]


def test_the_logits_open_with_ids_and_category_names(partly_labelled):
    root = opened(partly_labelled, "lab")
    assert root.logits.dims == ("sample", "category")
    assert root.category.values.tolist() == ["a", "b", "c", "d"]
    lab = partly_labelled["lab"]
    assert root.id.values.tolist() == [lab.samples[n].id for n in range(40)]
    np.testing.assert_array_equal(root.logits.sel(category="c"), [lab.logits(n)[2] for n in range(40)])


def test_the_whole_store_opens_as_a_tree(partly_labelled):
    tree = xarray.open_datatree(
        partly_labelled.path / "lab" / "responses.zarr", engine="zarr", consolidated=False
    )
    assert set(tree.children) == {"conv", "hidden"}
    assert tree["conv"].by_sample.sizes == {"sample": 40, "unit": 6}


def test_sealing_again_writes_the_same_bytes(partly_labelled, made):
    lab = partly_labelled.path / "lab"
    once = contents(lab)
    described = json.loads((lab / "recording.json").read_text())
    # As a process leaves it that is killed between the coordinates and the mark of completion.
    (lab / "recording.json").write_text(json.dumps({**described, "complete": False}))
    (lab / "shards" / "00000.done").unlink()
    shutil.rmtree(lab / "responses.zarr" / "conv" / "label" / "c")
    data = made(unlabelled=frozenset({3}), broken=frozenset({5}))
    partly_labelled.record(data, "lab", on_error="skip", progress=False, model=None)
    again = contents(lab)
    assert {name for name in once if once[name] != again.get(name)} <= {"recording.json"}
    assert again.keys() == once.keys()


def test_shards_do_not_change_the_coordinates(new_study, made, monkeypatch):
    whole = new_study(name="whole")
    whole.record(made(), "lab", layers=["conv"], progress=False)
    monkeypatch.setattr("shiftscope.flow.steps.record_dataset.SHARD_SAMPLES", 7)
    parts = new_study(name="parts")
    parts.record(made(), "lab", layers=["conv"], progress=False)
    for name in ("sample", "label", "prediction", "unit"):
        coordinate = f"lab/responses.zarr/conv/{name}"
        assert contents(whole.path / coordinate) == contents(parts.path / coordinate)


def test_a_study_without_coordinates_still_opens(partly_labelled):
    before = partly_labelled["lab"].unit_responses("hidden", 3)
    zarr = partly_labelled.path / "lab" / layout.RESPONSES
    for name in ("sample", "unit", "label", "prediction"):
        shutil.rmtree(zarr / "hidden" / name)
    study = open_study(partly_labelled.path)
    np.testing.assert_array_equal(study["lab"].unit_responses("hidden", 3), before)
    assert study.to_xarray(dataset="lab").sizes["hidden_unit"] == 10


def test_a_layer_named_like_a_coordinate_keeps_its_folder(new_study, made):
    class Odd(nn.Sequential):
        pass

    model = Odd()
    model.add_module("label", nn.Flatten())
    model.add_module("category", nn.Linear(192, 4))
    study = new_study(model)
    recording = study.record(made(), "lab", layers=["label", "category"], progress=False)
    assert recording.responses("category").shape == (40, 4)
    assert set(opened(study, "lab").coords) == {"sample", "id", "prediction"}
    assert opened(study, "lab", group="category").label.dims == ("sample",)
    assert set(study.to_xarray(dataset="lab").data_vars) == {"label_", "category_", "logits"}


def test_the_arrays_of_a_recording_are_those_that_the_format_lists(partly_labelled):
    """As in the table of docs/format.md."""
    folder = partly_labelled.path / "lab" / "responses.zarr"
    arrays = {
        file.parent.relative_to(folder).as_posix()
        for file in folder.rglob("zarr.json")
        if json.loads(file.read_text())["node_type"] == "array"
    }
    of_a_layer = {"by_sample", "by_unit", "sample", "label", "prediction", "unit"}
    assert arrays == {"logits", "sample", "label", "prediction", "id", "category"} | {
        f"{layer}/{name}" for layer in ("conv", "hidden") for name in of_a_layer
    }
