import builtins

import numpy as np
import pytest
import xarray
import zarr
from xarray.core.indexing import LazilyIndexedArray

from shiftscope.errors import BadRequest, NotInStudy, StudyDamaged
from shiftscope.interop.lazy_responses import LazyResponses
from shiftscope.store.formats.arrays import StoredArray, create_array
from shiftscope.store.layout import folder_name
from shiftscope.study import open_study


def test_one_dataset_has_its_layers_along_samples_and_their_own_units(recorded):
    field, recording = recorded.to_xarray(dataset="field"), recorded["field"]
    assert isinstance(field, xarray.Dataset)
    assert {name: values.dims for name, values in field.data_vars.items()} == {
        "conv": ("sample", "conv_unit"),
        "hidden": ("sample", "hidden_unit"),
        "logits": ("sample", "category"),
    }
    np.testing.assert_array_equal(field["conv"], recording.responses("conv"))
    np.testing.assert_array_equal(field["logits"][7], recording.logits(7))
    assert field.sizes == {"sample": 40, "conv_unit": 6, "hidden_unit": 10, "category": 4}
    assert field["category"].values.tolist() == ["a", "b", "c", "d"]
    assert field["id"].values.tolist() == [f"sample-{n}" for n in range(40)]
    np.testing.assert_array_equal(field["label"], recording.samples.labels)
    np.testing.assert_array_equal(field["prediction"], recording.samples.predictions)
    np.testing.assert_array_equal(field["confidence"], recording.samples.confidences)
    assert field.attrs == {
        "study": "made",
        "model": recorded.manifest.model["class"],
        "reference": "lab",
        "dataset": "field",
    }
    assert field["conv"].attrs == {"layer": "conv", "read_as": "channel, mean pooling"}


def test_all_datasets_are_a_tree_with_the_reference_first(recorded):
    tree = recorded.to_xarray()
    assert isinstance(tree, xarray.DataTree)
    assert list(tree.children) == ["lab", "field"]
    assert tree.attrs["reference"] == "lab"
    np.testing.assert_array_equal(tree["field/hidden"], recorded["field"].responses("hidden"))


def test_one_layer_comes_alone(recorded):
    tree = recorded.to_xarray("hidden")
    assert set(tree["lab"].data_vars) == {"hidden"}
    assert "category" not in tree["lab"].coords
    assert set(recorded.to_xarray("conv", "lab").data_vars) == {"conv"}


def test_means_by_label_are_the_category_sums_over_their_counts(recorded):
    from shiftscope.summaries.category_sums import CategorySums

    means = recorded.to_xarray("hidden", "lab")["hidden"].astype(float).groupby("label").mean()
    np.testing.assert_allclose(means, recorded["lab"].summary("hidden", CategorySums).means())


@pytest.mark.parametrize(
    "key",
    [
        (slice(None), slice(None)),
        (slice(5, 23), slice(None)),
        (slice(5, 23), slice(2, 5)),
        (slice(None), 3),
        (4, slice(None)),
        (4, 3),
        (-1, -1),
        (slice(30, 2, -3), slice(None, None, 2)),
        ([39, 0, 17], slice(None)),
        ([39, 0, 17, 17], [9, 1]),
        (slice(8, 8), slice(None)),
        ([], [1]),
        (slice(None), []),
    ],
)
@pytest.mark.parametrize("shard", [7, 4096])
def test_any_selection_equals_that_of_the_whole_array(new_study, made, monkeypatch, key, shard):
    monkeypatch.setattr("shiftscope.flow.steps.record_dataset.SHARD_SAMPLES", shard)
    study = new_study()
    study.record(made(), "lab", layers=["hidden"], progress=False)
    whole = xarray.DataArray(study["lab"].responses("hidden"))
    lazy = study.to_xarray("hidden", "lab")["hidden"]
    np.testing.assert_array_equal(lazy[key].values, whole[key].values)
    assert lazy[key].shape == whole[key].shape


def test_points_by_sample_and_unit_equal_those_of_the_whole_array(recorded):
    rows, columns = xarray.DataArray([3, 1, 3], dims="p"), xarray.DataArray([0, 9, 2], dims="p")
    lazy = recorded.to_xarray("hidden", "lab")["hidden"]
    whole = recorded["lab"].responses("hidden")
    np.testing.assert_array_equal(lazy[rows, columns], whole[[3, 1, 3], [0, 9, 2]])


def test_nothing_is_read_until_asked_for_and_then_only_that(recorded, monkeypatch):
    read = []

    def counting(self, key, start, count, *, real=StoredArray._read):
        read.append((self.path.name, count))
        return real(self, key, start, count)

    monkeypatch.setattr(StoredArray, "_read", counting)
    lab = recorded.to_xarray(dataset="lab")
    unit = lab["hidden"].sel(hidden_unit=7)
    assert read == []
    assert unit.values.shape == (40,)
    assert read == [("by_unit", 40)]
    assert lab["hidden"][12].values.shape == (10,)
    assert read[1:] == [("by_sample", 10)]


def test_a_mean_over_many_half_precision_numbers_is_right(tmp_path):
    group = zarr.open_group(tmp_path / "g.zarr")
    create_array(group, "a", (40_000, 2), (4096, 2), "float16", ("sample", "unit"))[...] = 2
    lazy = LazilyIndexedArray(LazyResponses(StoredArray(tmp_path / "g.zarr" / "a")))
    mean = xarray.Variable(("sample", "unit"), lazy).mean("sample")
    np.testing.assert_array_equal(mean, [2, 2])


def test_a_skipped_sample_has_no_prediction_and_no_response(new_study, made):
    study = new_study()
    data = made(broken=frozenset({5}), unlabelled=frozenset({6}))
    study.record(data, "lab", layers=["conv"], on_error="skip", progress=False)
    lab = study.to_xarray(dataset="lab")
    assert np.isnan(lab["conv"][5]).all()
    assert np.isnan(lab["confidence"][5])
    assert (int(lab["prediction"][5]), int(lab["label"][6])) == (-1, -1)


def test_a_missing_chunk_is_damage_and_not_nan(recorded):
    (recorded.path / "lab" / "responses.zarr" / "conv" / "by_sample" / "c" / "0" / "0").unlink()
    lab = open_study(recorded.path).to_xarray(dataset="lab")
    with pytest.raises(StudyDamaged, match="cannot be read"):
        lab["conv"].load()


def test_what_is_not_there_is_refused(recorded, new_study, made):
    with pytest.raises(NotInStudy, match=r"no layer 'con'.*closest: 'conv'"):
        recorded.to_xarray("con")
    with pytest.raises(NotInStudy, match="no dataset 'fields'"):
        recorded.to_xarray(dataset="fields")
    small = new_study(name="small")
    small.record(made(), "lab", layers=["conv"], keep="summaries", progress=False)
    with pytest.raises(NotInStudy, match='recorded with keep="summaries"'):
        small.to_xarray()


def test_a_slash_in_a_layers_name_does_not_make_a_branch(recorded):
    from shiftscope.interop.to_xarray import _names

    assert _names(["a/b", "a_b", "conv_unit", "conv"]) == {
        "a/b": "a_b",
        "a_b": "a_b_",
        "conv_unit": "conv_unit",
        "conv": "conv_",
    }
    assert folder_name("a/b") == "a%2Fb"


def test_without_xarray_the_message_says_how_to_install_it(recorded, monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "xarray":
            raise ModuleNotFoundError("No module named 'xarray'", name="xarray")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(BadRequest, match=r"needs the package xarray.*pip install 'shiftscope\[xarray\]'"):
        recorded.to_xarray()
