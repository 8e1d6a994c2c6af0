"""A ladder of one shift: recorded as a group, gone on with, refused before the first batch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.stats import spearmanr
from torch import nn

import shiftscope as ss
from shiftscope.datasets.shifts import shift_kind
from shiftscope.errors import BadRequest, DataError, StudyMismatch
from shiftscope.explain.dose.ladder import ladder_of

MADE = ss.Preprocess(crop=18, mean=0.5, std=0.25)
STRENGTHS = [0.1, 0.2, 0.4]


@pytest.fixture
def data(tmp_path):
    rng = np.random.default_rng(0)
    for place in range(12):
        path = tmp_path / "val" / "ab"[place % 2] / f"{place}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (20, 22, 3), np.uint8)).save(path)
    return f"imagefolder:{tmp_path / 'val'}"


@pytest.fixture
def study(new_study):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    return new_study(net, ("a", "b"))


def swept(study, data, shift="gaussian_noise", strengths=STRENGTHS, **options):
    given = {"layers": ["1"], "preprocess": MADE, "progress": False, **options}
    return study.sweep(data, shift, strengths=strengths, **given)


def files(study):
    return {path: path.read_bytes() for path in study.path.rglob("*") if path.is_file()}


def test_a_ladder_is_a_group_and_its_source_is_recorded_once(study, data):
    table = swept(study, data, ["gaussian_noise", "jpeg:3"])
    assert study.datasets == list(table["dataset"]) == [
        "unshifted",
        *(f"gaussian_noise-{strength}" for strength in STRENGTHS),
        *(f"jpeg-{strength} seed 3" for strength in STRENGTHS),
    ]  # fmt: skip
    assert set(table["state"]) == {"recorded"}
    assert (study.reference, study.ungrouped) == ("unshifted", ["unshifted"])
    noise, jpeg = study.groups
    assert (noise.called, jpeg.called) == ("shift gaussian_noise", "shift jpeg, seed 3")
    assert noise.in_order() == {f"gaussian_noise-{strength}": strength for strength in STRENGTHS}
    by_hand = ss.shift(ss.dataset(data, preprocess=MADE), "gaussian_noise", 0.2)
    study.record(by_hand, "by hand", progress=False)
    assert study["by hand"].responses("1").tobytes() == study["gaussian_noise-0.2"].responses("1").tobytes()


def test_a_source_that_is_there_is_kept_under_its_own_name_and_strength_0_names_it(study, data):
    study.record(data, "val", layers=["1"], preprocess=MADE, progress=False)
    table = swept(study, data, strengths=[0, 0.5, 1], layers=None)
    assert list(table["dataset"]) == ["val", "gaussian_noise-0.5", "gaussian_noise-1"]
    assert list(table["state"]) == ["kept", "recorded", "recorded"]
    assert list(table["strength"]) == [0, 0.5, 1]


def test_what_is_there_is_kept_and_a_ladder_that_stopped_goes_on(study, data, monkeypatch):
    from shiftscope.flow import sweep as flow

    def stops(study, model, samples, name, **options):
        if name == "gaussian_noise-0.4":
            raise KeyboardInterrupt
        return record(study, model, samples, name, **options)

    record = flow.record_dataset
    monkeypatch.setattr(flow, "record_dataset", stops)
    with pytest.raises(KeyboardInterrupt):
        swept(study, data)
    assert study.datasets == ["unshifted", "gaussian_noise-0.1", "gaussian_noise-0.2"]
    study.rename("gaussian_noise-0.1", "a little")
    monkeypatch.setattr(flow, "record_dataset", record)
    before = study["a little"].digest
    table = swept(study, data)
    assert list(table["state"]) == ["kept", "kept", "kept", "recorded"]
    assert list(table["dataset"])[1] == "a little"
    assert study["a little"].digest == before
    monkeypatch.setattr(flow, "record_dataset", None)
    assert set(swept(study, data)["state"]) == {"kept"}


def test_a_dry_run_says_what_would_be_recorded_and_records_nothing(study, data):
    before = files(study)
    table = swept(study, data, dry_run=True)
    assert list(table["state"]) == ["to record"] * 4
    assert list(table["samples"]) == [12] * 4
    # 12 thumbnails of 4 kB, 4 responses twice and 2 logits in two bytes
    assert list(table["bytes"]) == [12 * (4096 + 2 * 4 * 2 + 2 * 2)] * 4
    assert (table["seconds"] > 0).all()
    assert files(study) == before
    swept(study, data)
    again = swept(study, data, dry_run=True)
    assert list(again["state"]) == ["kept"] * 4
    assert not again["bytes"].any()


def test_summaries_alone_are_kept(study, data):
    swept(study, data, keep="summaries")
    assert not any(study[name].keeps_responses for name in study)


def test_a_rung_of_another_version_is_refused_and_recorded_again_when_asked(study, data):
    swept(study, data)
    before = study["gaussian_noise-0.2"].plan.fingerprint
    newer = shift_kind.shift_kinds["gaussian_noise"]
    object.__setattr__(newer, "version", 2)
    try:
        told = (
            r"^gaussian_noise-0.1 was recorded with version 1, this is 2; overwrite=True records it again\.$"
        )
        with pytest.raises(StudyMismatch, match=told):
            swept(study, data)
        assert list(swept(study, data, overwrite=True)["state"]) == ["kept", *["recorded"] * 3]
    finally:
        object.__setattr__(newer, "version", 1)
    assert study["gaussian_noise-0.2"].plan.fingerprint != before
    assert study["gaussian_noise-0.2"].plan.source["shifts"][-1]["version"] == 2


def test_a_name_that_other_data_have_is_refused(study, data):
    rng = np.random.default_rng(1)
    others = rng.integers(0, 256, (6, 18, 18, 3), np.uint8)
    swept(study, data)
    with pytest.raises(StudyMismatch, match="'unshifted' is a recording of other data"):
        swept(study, (others, [0, 1] * 3))
    with pytest.raises(StudyMismatch, match=r"'gaussian_noise-0.1' was recorded from other data"):
        swept(study, (others, [0, 1] * 3), name="others")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"strengths": [0.1]}, BadRequest, "a ladder needs at least two strengths above 0, each once, .*; got 0.1"),
        ({"strengths": [0, 0.3]}, BadRequest, "got 0, 0.3"),
        ({"strengths": [0.2, 0.2]}, BadRequest, "got 0.2, 0.2"),
        ({"strengths": [0.4, 0.2]}, BadRequest, "got 0.4, 0.2"),
        ({"strengths": [0.4, 2]}, BadRequest, "strength 2: it lies between 0"),
        ({"shift": "gaussian_noize"}, BadRequest, "no shift named 'gaussian_noize'; closest: 'gaussian_noise'"),
        ({"shift": "jpeg:0.3"}, BadRequest, "a ladder's shift is NAME or NAME:SEED, as gaussian_noise:1; not jpeg:0.3"),
        ({"shift": []}, BadRequest, "name at least one shift, and each once"),
        ({"shift": ["jpeg", "jpeg:0"]}, BadRequest, "name at least one shift, and each once"),
        ({"shift": ["jpeg", "hue"]}, DataError, "hue needs 3 channels; these images have 1"),
        ({"shift": ["jpeg", 3]}, BadRequest, "shift=3; a shift is text, as 'gaussian_noise'"),
        ({"shift": None}, BadRequest, "shift=None; a shift is text"),
        ({"strengths": 0.5}, BadRequest, r"strengths=0.5; they are several numbers, as \[0.2, 0.4, 0.8\]"),
        ({"strengths": "0.5"}, BadRequest, "strengths='0.5'; they are several numbers"),
        ({"strengths": [0.1, 10**400]}, BadRequest, "strength 10+: it lies between 0"),
        ({"name": "gaussian_noise-0.2"}, BadRequest, "'gaussian_noise-0.2' would name two datasets of the ladder"),
    ],
)  # fmt: skip
def test_bad_input_is_one_error_and_nothing_is_recorded(study, data, options, error, message):
    before = files(study)
    gray = ss.Preprocess(crop=18, channels="gray")
    with pytest.raises(error, match=message):
        swept(study, data, **{"preprocess": gray, **options})
    assert files(study) == before


def test_a_rung_does_not_replace_what_the_ladder_starts_from_nor_another_rung(study, data):
    swept(study, data)
    study.rename("gaussian_noise-0.1", "gaussian_noise-0.3")
    study.rename("unshifted", "gaussian_noise-0.6")
    before = files(study)
    for strengths in ([0.2, 0.6], [0.1, 0.3]):
        with pytest.raises(BadRequest, match=f"'gaussian_noise-{strengths[1]}' would name two datasets"):
            swept(study, data, strengths=strengths, overwrite=True)
    assert files(study) == before


def test_a_recording_made_by_hand_under_a_rungs_name_joins_the_ladder(study, data):
    study.record(data, "val", layers=["1"], preprocess=MADE, progress=False)
    study.record(data, "gaussian_noise-0.2", shift="gaussian_noise:0.2", preprocess=MADE, progress=False)
    assert list(swept(study, data)["state"]) == ["kept", "recorded", "kept", "recorded"]
    assert list(ladder_of(study, "gaussian_noise").rungs.values()) == [0, *STRENGTHS]


def test_an_opened_study_needs_the_model(study, data):
    swept(study, data)
    with pytest.raises(BadRequest, match="pass sweep"):
        ss.open_study(study.path).sweep(data, "jpeg", strengths=STRENGTHS, preprocess=MADE)


def test_a_ladder_has_a_dose_whose_trend_is_tested_on_the_same_samples(study, data):
    swept(study, data, strengths=[0.3, 0.6, 1])
    ladder = ladder_of(study, "gaussian_noise")
    assert ladder.same_samples
    assert (ladder.source, list(ladder.strengths)) == ("unshifted", [0, 0.3, 0.6, 1])
    table = study.dose("gaussian_noise", progress=False)
    rungs = [study[name].responses("1")[:].astype(np.float64) for name in ladder.rungs]
    falls = spearmanr(range(4), [each[:, 0].mean() for each in rungs])[0]
    assert table["trend"][0] == pytest.approx(falls)
    assert (table["q"] <= 1).all()
    assert set(table.attrs["loss"]) == {"1"}
