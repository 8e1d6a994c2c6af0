"""Studies as earlier versions wrote them, made by these versions and kept."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

import shiftscope as ss
from shiftscope.store.layout import FORMAT, MANIFEST, READ_FORMATS, RECORDING
from shiftscope.summaries.maxima import Maxima
from shiftscope.summaries.top_samples import TopSamples

from .format_2 import LABELS as LABELS_2
from .format_2 import inputs, network

KEPT = Path(__file__).parent / "formats"

# What torch gave, without shiftscope, for the network and the inputs that the study of format 1 was made from.
LABELS = {"lab": [0, 1, 1, 0, 1], "field": [1, 1, 0, 0, 0], "kept small": [0, 1, 1, 0, 0]}
RESPONSES = {
    "lab": [
        [-0.3857, -0.4327, 0.1634],
        [-0.3882, -0.3627, 0.1608],
        [-0.3910, -0.4111, 0.2313],
        [-0.3992, -0.4697, 0.2340],
        [-0.4129, -0.4559, 0.1800],
    ],
    "field": [
        [-0.3627, -0.3783, 0.2096],
        [-0.4085, -0.4764, 0.2128],
        [-0.3925, -0.3963, 0.1218],
        [-0.3789, -0.3606, 0.1444],
        [-0.3840, -0.4210, 0.0894],
    ],
    "kept small": [
        [-0.3601, -0.3388, 0.1810],
        [-0.3526, -0.3919, 0.0977],
        [-0.3948, -0.4667, 0.1948],
        [-0.3640, -0.3913, 0.2006],
        [-0.3532, -0.3654, 0.1582],
    ],
}


@pytest.fixture
def format_1(tmp_path):
    with zipfile.ZipFile(KEPT / "format-1.zip") as kept:
        kept.extractall(tmp_path / "1.study")
    return ss.open_study(tmp_path / "1.study")


def test_every_format_ever_written_is_kept_and_read():
    assert tuple(range(1, FORMAT + 1)) == READ_FORMATS
    assert {path.name for path in KEPT.iterdir()} >= {f"format-{number}.zip" for number in range(1, FORMAT)}


def test_format_1_is_read(format_1):
    assert format_1.datasets == ["lab", "field", "kept small"]
    assert format_1.categories == ("cat", "dög")
    for name, responses in RESPONSES.items():
        recording = format_1[name]
        np.testing.assert_array_equal(recording.samples.labels, LABELS[name])
        np.testing.assert_array_equal(recording.samples.predictions, [1] * 5)
        largest = recording.summary("conv", Maxima).largest
        np.testing.assert_allclose(largest, np.max(responses, axis=0), atol=5e-4)
        if recording.keeps_responses:
            np.testing.assert_allclose(recording.responses("conv"), responses, atol=5e-4)
            np.testing.assert_allclose(
                recording.unit_responses("conv", 2), np.array(responses)[:, 2], atol=5e-4
            )
    (note,) = format_1.notes().itertuples()
    assert (note.layer, note.unit, note.label, note.tags, note.note) == (
        "conv",
        0 + 1,
        "edges",
        "a",
        "a note",
    )


def test_scores_of_format_1_are_those_computed_now(format_1):
    table = format_1.scores("conv", dataset="field")
    largest = {name: np.max(RESPONSES[name], axis=0) for name in ("lab", "field")}
    ratio = table["activation_ratio"].to_numpy()
    assert np.isnan(ratio[:2]).all()  # never above zero
    assert ratio[2] == pytest.approx(largest["field"][2] / largest["lab"][2], abs=5e-3)


def test_format_1_has_nothing_to_check_it_by(format_1):
    found = format_1.verify()
    assert found.sound
    assert found.files == 0
    assert found.unchecked > 100


@pytest.fixture
def format_2(tmp_path):
    with zipfile.ZipFile(KEPT / "format-2.zip") as kept:
        kept.extractall(tmp_path / "2.study")
    return ss.open_study(tmp_path / "2.study")


def relu_responses(name):
    """(sample, unit) mean over positions of the network's ReLU, by sums of products."""
    weight, bias = (parameter.detach().numpy() for parameter in network()[0].parameters())
    shown = inputs(name)
    windows = np.stack(
        [shown[:, 0, row : row + 2, column : column + 2] for row in (0, 1) for column in (0, 1)], 1
    )
    maps = np.einsum("npij,kij->nkp", windows, weight[:, 0]) + bias[None, :, None]
    return np.maximum(maps, 0).mean(2)


def test_format_2_is_read_and_sound(format_2):
    assert format_2.datasets == ["lab", "field"]
    assert format_2.categories == ("cat", "dög", "fox")
    assert format_2.unfinished() == ["half"]
    assert format_2.verify().sound
    for name in ("lab", "field"):
        recording = format_2[name]
        np.testing.assert_array_equal(recording.samples.labels, LABELS_2[name])
        np.testing.assert_allclose(recording.responses("1"), relu_responses(name), rtol=1e-3)
        assert recording.summary("1", TopSamples).places() == {}
        assert recording.map_geometry("1") is None
        assert recording.strongest_box("1", 0, 0) is None
    assert format_2.head.layer == "4"


def test_a_recording_of_format_2_that_stopped_is_finished_by_the_rules_of_format_2(format_2):
    first = format_2.path / "half" / "samples" / "00000.arrow"
    before = first.stat().st_mtime_ns
    data = ss.dataset(inputs("half"), labels=LABELS_2["half"])
    format_2.record(data, "half", model=network(), shard_samples=4, batch_size=2, progress=False)
    assert first.stat().st_mtime_ns == before  # the finished shard was not shown again
    assert format_2.unfinished() == []
    assert format_2.verify().sound
    paths = [path for path in format_2.path.rglob("*.json") if path.name in (MANIFEST, RECORDING)]
    described = [json.loads(path.read_text()) for path in paths]
    assert [each["format"] for each in described] == [2] * 4
    assert not any({"answer", "answers"} & set(each) for each in described)
    np.testing.assert_allclose(format_2["half"].responses("1"), relu_responses("half"), rtol=1e-3)
    assert format_2["half"].summary("1", TopSamples).places() == {}
