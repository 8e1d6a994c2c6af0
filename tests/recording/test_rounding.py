"""What half precision takes from responses: compared, refused, counted, and avoided where the type is left open."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.errors import ResponseError, StudyDamaged
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.recording.rounding import Rounding
from shiftscope.recording.shard_filling import ShardFilling
from shiftscope.shard import SampleEntry
from shiftscope.store.disk.self_digest import with_own_digest
from shiftscope.store.stored_recording import Rounded
from shiftscope.summaries.fused.on_device import OnDevice
from shiftscope.views.layer.layer import rounded_in_words
from shiftscope.views.parts.number_text import count

RNG = np.random.default_rng(0)
INPUTS = RNG.uniform(0, 1, (40, 3, 4, 4)).astype(np.float32)
LABELS = np.arange(40) % 4


class Scaled(nn.Module):
    """The inputs times `scale` and around `offset` under "far", as they are under "near"."""

    def __init__(self, scale, offset):
        super().__init__()
        self.near, self.far, self.head = nn.Flatten(), nn.Identity(), nn.Linear(48, 4)
        self.scale, self.offset = scale, offset

    def forward(self, inputs):
        near = self.near(inputs)
        far = self.far(near * self.scale + self.offset)
        return self.head((far - self.offset) / self.scale)


def rounding_of(exact):
    rounding, exact = Rounding(), torch.as_tensor(exact, dtype=torch.float32)
    for part in exact.split(7):
        rounding.add(part, part.half())
    return rounding


def recorded(folder, model, inputs=INPUTS, name="lab", **options):
    folder.mkdir(exist_ok=True)
    study = ss.Study.create(folder / "a.study", model, tuple("abcd"), exist_ok=True)
    return study.record((inputs, LABELS), name, layers=["near", "far"], progress=False, **options)


def test_what_is_counted_is_what_numpy_finds_in_the_whole():
    exact = (RNG.normal(size=(40, 5)) * [1e-7, 1e-5, 1, 0.01, 0] + [0, 0, 300, 1000, 7]).astype(np.float32)
    found, half = rounding_of(exact), exact.astype(np.float16)
    np.testing.assert_array_equal(found.error, np.abs(half.astype(np.float32) - exact).max(0))
    np.testing.assert_allclose(found.spread(), exact.astype(np.float64).std(0), rtol=1e-3)
    np.testing.assert_array_equal(found.zero, ((half == 0) & (exact != 0)).sum(0))
    np.testing.assert_array_equal(found.subnormal, ((half != 0) & (np.abs(half) < 2**-14)).sum(0))


def test_a_unit_is_harmed_whose_samples_are_no_more_apart_or_become_zero():
    grid = np.linspace(-1, 1, 40, dtype=np.float32)
    apart = np.stack(
        [
            grid,  # as usual
            1000 + 0.01 * grid,  # float16 is 0.5 apart there
            300 + 0.1 * grid,  # and 0.25 apart there
            1e-9 * grid,  # below the smallest of float16, all but the two in the middle
            np.where(np.arange(40) < 10, 1e-9, grid),  # a quarter of them
            np.where(np.arange(40) < 11, 1e-9, grid),
            np.full(40, 0.1, np.float32),  # the same before and after
            np.where(np.arange(40) == 0, 1e5, grid),  # beyond the largest
        ],
        axis=1,
    )
    assert rounding_of(apart).harmed().tolist() == [False, True, True, True, False, True, False, True]
    assert not rounding_of(apart[:7]).harmed().any()  # of so few nothing is said


def test_what_only_the_order_of_sums_moves_is_a_constant():
    exact = np.full((40, 1), 0.1, np.float32)
    exact[::3] = np.nextafter(np.float32(0.1), np.float32(1))
    assert not rounding_of(exact).harmed().any()


@pytest.mark.parametrize(
    ("scale", "offset", "said"),
    [
        (
            0.01,
            1000,
            r"moves responses by up to 0.\d+, more than 10 % of their standard deviation of 0.00\d+",
        ),
        (1e-9, 0, r"makes 40 of 40 responses zero that are not"),
    ],
)
def test_half_precision_that_takes_too_much_is_refused_with_nothing_written(tmp_path, scale, offset, said):
    with pytest.raises(ResponseError, match=rf"layer 'far', unit 0: float16 {said}.*stored_as=\"float32\""):
        recorded(tmp_path, Scaled(scale, offset), stored_as="float16")
    assert not (tmp_path / "a.study" / "lab").exists()


def test_left_open_a_layer_that_half_precision_would_blur_is_kept_in_single(tmp_path):
    far = recorded(tmp_path, Scaled(0.01, 1000), reference=True)
    assert (far.responses("near").dtype, far.responses("far").dtype) == (np.float16, np.float32)
    assert far.plan.stored_otherwise == {"far": "float32"}
    flat = INPUTS.reshape(40, -1)
    np.testing.assert_array_equal(far.responses("near"), flat.astype(np.float16))
    np.testing.assert_array_equal(far.responses("far"), flat * np.float32(0.01) + np.float32(1000))
    np.testing.assert_array_equal(far.unit_responses("far", 7), far.responses("far")[:, 7])
    study = ss.open_study(tmp_path / "a.study")
    assert study.verify().damages == []
    assert [study["lab"].plan.stored_type(layer) for layer in study.layers] == ["float16", "float32"]
    usual = recorded(tmp_path / "usual", Scaled(1, 0))
    assert (usual.plan.stored_as, usual.plan.stored_otherwise) == ("float16", {})


def test_a_later_dataset_is_kept_in_no_less_than_the_reference(tmp_path):
    model = Scaled(0.01, 1000)
    recorded(tmp_path, model, reference=True)
    wide = recorded(tmp_path, model, INPUTS * 7e3, "field", check_range=False)  # well apart also in float16
    assert wide.plan.stored_otherwise == {"far": "float32"}


def test_a_recording_that_stopped_goes_on_with_the_types_that_it_was_begun_with(tmp_path, monkeypatch):
    model = Scaled(0.01, 1000)
    with monkeypatch.context() as patched:
        patched.setattr("shiftscope.store.writing.writer.RecordingWriter.seal", lambda *given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            recorded(tmp_path, model, shard_samples=16)
    monkeypatch.setattr(
        "shiftscope.recording.preparation.stored_types", lambda *given, **named: ("float16", {})
    )
    assert recorded(tmp_path, model, shard_samples=16).plan.stored_otherwise == {"far": "float32"}


def test_what_was_rounded_away_stands_in_the_recording_and_on_the_page(tmp_path):
    inputs = INPUTS.copy()
    inputs[3, 0, 0, 0], inputs[33, 0, 0, 1] = 1e-9, 1e-6  # one of 40 responses of a unit each
    recording = recorded(tmp_path, Scaled(1, 0), inputs, shard_samples=20, stored_as="float16")
    told = json.loads((recording.folder / "recording.json").read_text())["rounding"]
    assert told["samples"] == 40
    assert told["layers"]["near"] == {"to_zero": 1, "subnormal": 1}
    assert told["logits"] == {"to_zero": 0, "subnormal": 0}
    assert recording.rounded("near") == Rounded(samples=40, to_zero=1, compared=40, subnormal=1)
    assert rounded_in_words(recording, "near") == (
        f"Of {count(40 * 48)} of lab's responses float16 made 1 zero that are not, and left 1 of the first "
        f"{count(40 * 48)} fewer digits."
    )
    plain = recorded(tmp_path / "plain", Scaled(1, 0), stored_as="float32")
    assert plain.rounded("near") == Rounded(0, 0, 0, 0)
    assert rounded_in_words(plain, "near") == ""


def test_what_becomes_zero_is_counted_in_every_shard(tmp_path, monkeypatch):
    monkeypatch.setattr("shiftscope.recording.shard_filling.COMPARED", 16)
    inputs = INPUTS.copy()
    inputs[3, 0, 0, 0] = inputs[20, 1, 0, 0] = inputs[39, 0, 0, 0] = 1e-9
    inputs[5, 0, 0, 1] = inputs[25, 0, 0, 1] = 1e-6  # fewer digits, the second where these are not compared
    inputs[30] = 0  # which it was before
    recording = recorded(
        tmp_path, Scaled(1, 0), inputs, shard_samples=16, stored_as="float16", check_range=False
    )
    ends = [json.loads(path.read_text()) for path in sorted((recording.folder / "shards").glob("*.done"))]
    assert [end["to_zero"]["samples"] for end in ends] == [16, 16, 8]
    assert [end["to_zero"]["layers"]["near"] for end in ends] == [1, 1, 1]
    assert ["rounding" in end for end in ends] == [True, False, False]
    told = json.loads((recording.folder / "recording.json").read_text())
    far = int(((inputs.astype(np.float16) == 0) & (inputs != 0)).sum())
    assert told["to_zero"] == {"samples": 40, "layers": {"near": 3, "far": far}, "logits": 0}
    assert recording.rounded("near") == Rounded(samples=40, to_zero=3, compared=16, subnormal=1)
    assert rounded_in_words(recording, "near") == (
        f"Of {count(40 * 48)} of lab's responses float16 made 3 zero that are not, and left 1 of the first "
        f"{count(16 * 48)} fewer digits."
    )


def test_of_recordings_of_before_only_the_first_samples_are_known(tmp_path):
    inputs = INPUTS.copy()
    inputs[3, 0, 0, 0] = 1e-9
    recording = recorded(tmp_path, Scaled(1, 0), inputs, stored_as="float16")
    path = recording.folder / "recording.json"
    told = json.loads(path.read_text())
    del told["to_zero"]
    path.write_text(json.dumps(with_own_digest({**told, "rounding": {**told["rounding"], "samples": 32}})))
    before = ss.open_study(tmp_path / "a.study")["lab"]
    assert before.rounded("near") == Rounded(samples=32, to_zero=1, compared=32, subnormal=0)
    path.write_text(json.dumps(with_own_digest({**told, "to_zero": {"samples": 32}})))
    with pytest.raises(StudyDamaged, match="does not say what was rounded"):
        ss.open_study(tmp_path / "a.study")["lab"].rounded("near")


@pytest.mark.parametrize("keep", ["responses", "summaries"])
@pytest.mark.parametrize("on_device", [False, True])
@pytest.mark.parametrize("stored_as", ["float16", "float32"])
def test_layers_of_two_types_arrive_in_their_places(on_device, keep, stored_as):
    widths, other = {"a": 3, "b": 5, "c": 2}, "float32" if stored_as == "float16" else "float16"
    layers = [
        RecordedLayer(name, name, "Linear", "neuron", "none", units, (units,), None, 0, False, 1, 0)
        for name, units in widths.items()
    ]
    numbers = {
        name: torch.from_numpy(RNG.normal(size=(9, n)).astype(np.float32)) for name, n in widths.items()
    }
    logits = torch.from_numpy(RNG.normal(size=(9, 4)).astype(np.float32))
    made = OnDevice if on_device else None
    shard = ShardFilling(0, range(9), layers, 4, stored_as, {"b": other}, keep=keep, summaries=made)
    for start in (0, 5):
        rows = slice(start, min(start + 5, 9))
        seen = [SampleEntry(str(i), 0, "", "{}", b"") for i in range(9)[rows]]
        shard.append(seen, {name: each[rows] for name, each in numbers.items()}, logits[rows])
    whole = shard.finish()
    types = {"a": stored_as, "b": other, "c": stored_as}
    assert list(whole.responses) == ([] if on_device and keep == "summaries" else list(widths))
    for name, responses in whole.responses.items():
        np.testing.assert_array_equal(responses, numbers[name].numpy().astype(types[name]), strict=True)
    np.testing.assert_array_equal(whole.logits, logits.numpy().astype(stored_as), strict=True)
    np.testing.assert_array_equal(whole.predictions, logits.argmax(1))
    if on_device:
        for name, states in whole.states.items():
            stored = numbers[name].numpy().astype(types[name]).astype(np.float64)
            np.testing.assert_array_equal(states["maxima"].largest, stored.max(0))
    wrong = ShardFilling(0, range(9), layers, 4, stored_as, {"b": other}, keep=keep, summaries=made)
    numbers["b"][0, 1] = torch.nan
    wrong.append([SampleEntry(str(i), 0, "", "{}", b"") for i in range(9)], numbers, logits)
    with pytest.raises(ResponseError, match="layer 'b', unit 1, sample '0': the response is nan"):
        wrong.finish()


def test_in_a_study_of_format_2_all_layers_have_one_type_and_nothing_is_compared(tmp_path):
    for name, model in (("blurred", Scaled(0.01, 1000)), ("usual", Scaled(1, 0))):
        study = ss.Study.create(tmp_path / name, model, tuple("abcd"))
        study.update(lambda manifest: dataclasses.replace(manifest, format=2))
        recording = study.record((INPUTS, LABELS), "lab", layers=["near", "far"], progress=False)
        told = json.loads((recording.folder / "recording.json").read_text())
        assert told["format"] == 2
        assert "rounding" not in told
        assert "to_zero" not in told
        assert "stored_otherwise" not in told["plan"]
        assert told["plan"]["stored_as"] == ("float32" if name == "blurred" else "float16")


@pytest.mark.parametrize(("reference", "tried"), [("float16", "float32"), ("float32", "float16")])
def test_a_later_set_has_the_types_of_the_reference(new_study, made, monkeypatch, reference, tried):
    """Or what rounding takes from one of them alone would be found to be a shift."""
    study = new_study()
    study.record(made(), "lab", layers=["conv", "hidden"], stored_as=reference, progress=False)
    monkeypatch.setattr(
        "shiftscope.recording.preparation.stored_types", lambda *given, **options: (tried, {})
    )
    later = study.record(made(seed=1), "field", progress=False)
    assert {later.plan.stored_as, *map(later.plan.stored_type, later.layers)} == {reference}
