"""Places in a study: recorded with the samples they are of, kept by repairs, and where they lie in the pictures."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

import shiftscope as ss
from shiftscope.datasets.sample import Sample
from shiftscope.model.map_geometry import MapGeometry, ReceptiveField
from shiftscope.summaries.top_samples import TopSamples


def top(study, dataset, layer="conv"):
    return ss.open_study(study.path)[dataset].summary(layer, TopSamples)


def searched(net, inputs, positions):
    """(rank, unit) row and column of the first maximum of the convolution's map, as the layer is read."""
    with torch.no_grad():
        maps = net.conv(inputs).flatten(2).numpy()
    return np.divmod(maps.argmax(2)[positions, np.arange(maps.shape[1])], 6)


def test_rows_and_columns_are_those_of_each_samples_maximum(recorded, net, made):
    for dataset, data in (("lab", made()), ("field", made(seed=1, scale=1.5))):
        told = top(recorded, dataset)
        row, column = searched(net, data.inputs, told.position[:40])
        np.testing.assert_array_equal(told.row[:40], row)
        np.testing.assert_array_equal(told.column[:40], column)
        assert (told.row[40:] == -1).all()
        assert told.row.dtype == np.int32
    assert top(recorded, "lab", "hidden").places() == {}


def test_a_recording_says_where_its_maps_lie(recorded):
    for dataset in ("lab", "field"):
        told = json.loads((recorded.path / dataset / "recording.json").read_text())["maps"]
        assert told == {
            "conv": {"picture": [8, 8], "grid": [6, 6], "size": [3, 3], "stride": [1, 1], "offset": [0, 0]}
        }
    lab = recorded["lab"]
    told = top(recorded, "lab")
    row, column = told.row[2, 4], told.column[2, 4]
    assert lab.strongest_box("conv", 4, 2) == (column / 8, row / 8, (column + 3) / 8, (row + 3) / 8)
    assert lab.strongest_box("conv", 4, 99) is None
    assert lab.strongest_box("hidden", 4, 0) is None


@pytest.mark.parametrize("on_device", [False, True])
def test_places_are_the_same_however_it_was_recorded(on_device, recorded, new_study, made):
    from shiftscope.flow.steps.record_dataset import record_dataset
    from shiftscope.recording.stream import PassOptions

    other = new_study(name="other")
    options = PassOptions(batch_size=7, on_error="skip", summaries_on_device=on_device)
    record_dataset(
        other,
        other.model,
        made(),
        "lab",
        layers=["conv"],
        options=options,
        keep="summaries",
        shard_samples=16,
    )
    before, now = top(recorded, "lab"), top(other, "lab")
    for name in ("position", "row", "column"):
        np.testing.assert_array_equal(getattr(now, name), getattr(before, name))


def test_samples_that_are_skipped_shift_no_place(new_study, net, made):
    study, data = new_study(), made(broken=frozenset({0, 5, 6, 20}))
    study.record(data, "lab", layers=["conv"], on_error="skip", batch_size=8, progress=False)
    told = top(study, "lab")
    row, _ = searched(net, data.inputs, told.position[:36])
    np.testing.assert_array_equal(told.row[:36], row)


def test_a_repair_keeps_places_unless_they_are_what_is_damaged(recorded):
    folder = recorded.path / "lab" / "summaries.zarr" / "conv"
    before = top(recorded, "lab")
    (folder / "maxima" / "largest" / "c" / "0").unlink()
    recorded.verify(repair=True)
    np.testing.assert_array_equal(top(recorded, "lab").column, before.column)
    chunk = folder / "top_samples" / "row" / "c" / "0" / "0"
    chunk.write_bytes(bytes(reversed(chunk.read_bytes())))
    recorded.verify(repair=True)
    assert ss.open_study(recorded.path).verify().sound
    assert top(recorded, "lab").places() == {}
    np.testing.assert_array_equal(top(recorded, "lab").position, before.position)
    assert ss.open_study(recorded.path)["lab"].strongest_box("conv", 0, 0) is None


class Cut:
    """Pictures of another size than what the model is given of them."""

    categories = None

    def __init__(self, data):
        self.data = data

    def __len__(self):
        return len(self.data)

    def __getitem__(self, position):
        sample = self.data[position]
        return Sample(sample.id, sample.input, sample.label, Image.new("RGB", (20, 20)))

    def fingerprint(self):
        return "cut"

    def describe(self):
        return {"kind": "made"}


def test_of_pictures_that_are_not_what_the_model_is_given_no_place_is_known(new_study, made):
    study = new_study()
    recording = study.record(Cut(made()), "lab", layers=["conv"], progress=False)
    assert recording.map_geometry("conv") is None
    assert recording.summary("conv", TopSamples).row.max() > 0


def test_a_later_dataset_has_the_geometry_of_the_reference(recorded, net, made, monkeypatch):
    def run(*given):
        raise AssertionError("the model was followed once more")

    monkeypatch.setattr("shiftscope.recording.preparation.map_geometries", run)
    recorded.record(made(seed=2), "later", progress=False)
    assert recorded["later"].map_geometry("conv") == MapGeometry(
        (8, 8), (6, 6), ReceptiveField((3, 3), (1, 1), (0, 0))
    )


def test_derived_layers_have_no_places(recorded):
    recorded.derive("conv", "pca", size=2, progress=False)
    study = ss.open_study(recorded.path)
    assert study["lab"].summary("conv~pca2", TopSamples).places() == {}
    assert study["lab"].strongest_box("conv~pca2", 0, 0) is None
