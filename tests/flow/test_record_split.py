"""One recorded dataset for each value of a column."""

import numpy as np
import pytest

import shiftscope as ss
from shiftscope.errors import BadRequest, DataError

HOSPITALS = ["A", "B", "A", "C", "B", "A", "B", "A"]


@pytest.fixture
def data():
    images = np.random.default_rng(3).random((8, 3, 8, 8), np.float32)
    return ss.dataset(images, labels=np.arange(8) % 4, metadata={"hospital": HOSPITALS, "ward": [" "] * 8})


def test_each_value_is_a_dataset_and_all_are_a_group(recorded, data):
    first = recorded.record(
        data, "far", split_by="hospital", about="by hospital", groups={"year": "2020"}, progress=False
    )
    assert first.name == "far.A"
    assert recorded.datasets == ["lab", "field", "far.A", "far.B", "far.C"]
    assert [len(recorded[name].samples) for name in ("far.A", "far.B", "far.C")] == [4, 3, 1]
    assert list(recorded["far.B"].samples.column("id").to_pylist()) == ["1", "4", "6"]
    (group,) = recorded.groups
    assert (group.names, group.apart, group.order) == ({"year": "2020"}, ("hospital",), "")
    assert group.members == ("far.A", "far.B", "far.C")
    assert recorded.description("far.C").about == "by hospital"


def test_each_sample_is_shown_once_also_when_the_command_is_given_again(recorded, made):
    shown = []
    for _ in range(2):
        dataset = made(samples=2, seed=2)
        recorded.record(dataset, "far", split_by="row", stored_as="float16", progress=False)
        shown.append(dataset.read)
    # Read for the column, to see what the first of a part is, and for the model.
    assert shown == [[0, 1, 0, 0, 1, 1], [0, 1, 0, 1]]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"split_by": "ward"}, DataError, r"8 of 8 samples have no 'ward'"),
        ({"split_by": "clinic"}, DataError, r"no column 'clinic' in the metadata"),
        ({"split_by": "hospital", "reference": True}, BadRequest, r"the reference is one dataset"),
    ],
)
def test_what_cannot_be_split_is_refused(recorded, data, options, error, message):
    with pytest.raises(error, match=message):
        recorded.record(data, "far", progress=False, **options)
    assert recorded.datasets == ["lab", "field"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["a/b"] * 8, r"leave out slashes"),
        (["a", "A"] * 4, r"'far.a' and 'far.A' would be one folder|'far.A' and 'far.a' would be one folder"),
        ([1, "1"] * 4, r"two values of 'x' are written '1'"),
    ],
)
def test_values_that_cannot_name_datasets_are_refused_before_the_first(recorded, values, message):
    images = np.zeros((8, 3, 8, 8), np.float32)
    with pytest.raises(BadRequest, match=message):
        recorded.record(ss.dataset(images, metadata={"x": values}), "far", split_by="x", progress=False)
    assert recorded.datasets == ["lab", "field"]


def test_a_part_is_shown_to_the_model_again(recorded, net, tmp_path):
    images = np.random.default_rng(3).random((3, 3, 8, 8), np.float32)
    np.savez(tmp_path / "far.npz", image=images, label=np.arange(3), hospital=["B", "C", "B"])
    text = f"npz:{tmp_path / 'far.npz'}"
    recorded.record(text, "far", split_by="hospital", progress=False)
    live = ss.open_study(recorded.path).live(net)
    assert len(live.dataset("far.B")) == 2
    assert len(ss.open_study(recorded.path).live(net, {"far.C": text}).dataset("far.C")) == 1
