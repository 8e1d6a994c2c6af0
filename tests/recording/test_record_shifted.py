"""Recordings of shifted pictures: the same bytes by any way, opened again from what they say of themselves."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import shiftscope as ss
from shiftscope.datasets.reopened import reopened
from shiftscope.datasets.shifts.shifted import shifted
from shiftscope.errors import BadRequest, DataError, StudyMismatch
from shiftscope.study import open_study

MADE = ss.Preprocess(crop=18, mean=0.5, std=0.25)
SHIFTS = ["rotate:0.2", "gaussian_noise:0.3:5"]


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for place in range(12):
        path = tmp_path / "val" / "ab"[place % 2] / f"{place}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (20, 22, 3), np.uint8)).save(path)
    return tmp_path / "val"


@pytest.fixture
def study(new_study, folder):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    study = new_study(net, ("a", "b"))
    study.record(f"imagefolder:{folder}", "val", layers=["1"], preprocess=MADE, progress=False)
    return study


def responses(study, name):
    return study[name].responses("1").tobytes()


def test_every_way_to_record_gives_the_same_bytes(study, folder):
    data = f"imagefolder:{folder}"
    study.record(data, "by text", shift=SHIFTS, preprocess=MADE, progress=False)
    made = ss.shift(ss.dataset(data, preprocess=MADE), "rotate", 0.2)
    study.record(ss.shift(made, "gaussian_noise", 0.3, seed=5), "by hand", progress=False)
    study.record(
        data, "by two", shift=SHIFTS, preprocess=MADE, loader_workers=2, batch_size=5, progress=False
    )
    assert responses(study, "by text") == responses(study, "by hand") == responses(study, "by two")
    assert responses(study, "by text") != responses(study, "val")
    assert len({study[name].plan.fingerprint for name in ("by text", "by hand", "by two")}) == 1
    before, after = study["val"].samples[3], study["by two"].samples[3]
    assert (after.id, after.label) == (before.id, before.label)
    assert abs(after.metadata["rotate.angle"]) == pytest.approx(12)


def test_the_study_says_of_what_and_by_what_it_was_made_and_opens_it_again(study, folder):
    study.record(f"imagefolder:{folder}", "noise", shift=SHIFTS, preprocess=MADE, progress=False)
    source = study["noise"].plan.source
    assert [(one["name"], one["strength"], one["seed"]) for one in source["shifts"]] == [
        ("rotate", 0.2, 0),
        ("gaussian_noise", 0.3, 5),
    ]
    assert source["shifts"][0]["made_from"] == study["val"].plan.fingerprint
    live = open_study(study.path).live(study.model)
    assert live.at_hand() == ["val", "noise"]
    again = live.dataset("noise")[2].input
    made = ss.shift(ss.dataset(f"imagefolder:{folder}", preprocess=MADE), "rotate", 0.2)
    assert torch.equal(again, ss.shift(made, "gaussian_noise", 0.3, seed=5)[2].input)
    elsewhere = folder.rename(folder.with_name("moved"))
    given = open_study(study.path).live(study.model, data={"noise": f"imagefolder:{elsewhere}"})
    assert torch.equal(given.dataset("noise")[2].input, again)


def test_a_shift_of_another_version_is_not_opened_as_if_it_were_the_same(folder):
    made = shifted(ss.dataset(f"imagefolder:{folder}", preprocess=MADE), "jpeg:0.3").describe()
    again = reopened(made, "noise", ("a", "b")).describe()
    assert again["shifts"] == made["shifts"]
    made["shifts"][0]["version"] = 7
    with pytest.raises(DataError, match=r"^jpeg was recorded with version 7, this is 1: record it again"):
        reopened(made, "noise", ("a", "b"))
    for damaged in ([{"name": "jpeg"}], 7, "jpeg", [made["shifts"][0] | {"name": []}]):
        with pytest.raises(DataError, match="what is recorded of a shift cannot be read"):
            reopened(made | {"shifts": damaged}, "noise", ("a", "b"))


def test_shifted_pictures_are_split_by_what_was_drawn_and_opened_again(study, folder):
    data = f"imagefolder:{folder}"
    study.record(
        data,
        "turned",
        shift="rotate:0.2",
        split_by="rotate.angle",
        preprocess=MADE,
        progress=False,
        check_range=False,
    )
    parts = [name for name in study if name != "val"]
    assert len(parts) == 2
    assert sum(len(study[name].samples) for name in parts) == 12
    assert open_study(study.path).live(study.model).at_hand() == ["val", *parts]


def test_another_strength_under_the_same_name_is_refused(study, folder):
    study.record(f"imagefolder:{folder}", "noise", shift="jpeg:0.3", preprocess=MADE, progress=False)
    with pytest.raises(StudyMismatch):
        study.record(f"imagefolder:{folder}", "noise", shift="jpeg:0.4", preprocess=MADE, progress=False)


def test_a_shift_that_leaves_little_contrast_is_no_other_scaling(study, folder):
    study.record(f"imagefolder:{folder}", "flat", shift="contrast:1", preprocess=MADE, progress=False)
    assert "flat" in study


@pytest.mark.parametrize(
    ("shift", "error", "message"),
    [
        ("jpeg:2", BadRequest, "strength 2.0: it lies between 0"),
        ("jpg:1", BadRequest, "no shift named 'jpg'; closest: 'jpeg'"),
        (
            "jpeg",
            BadRequest,
            "--shift takes NAME:STRENGTH or NAME:STRENGTH:SEED, as gaussian_noise:0.3; not jpeg",
        ),
        (["jpeg:1", "hue:1"], DataError, "hue needs 3 channels; these images have 1"),
    ],
)
def test_bad_input_is_one_error_and_nothing_is_recorded(study, folder, shift, error, message):
    before = {path: path.read_bytes() for path in study.path.rglob("*") if path.is_file()}
    gray = ss.Preprocess(crop=18, channels="gray")
    with pytest.raises(error, match=message):
        study.record(f"imagefolder:{folder}", "noise", shift=shift, preprocess=gray, progress=False)
    assert {path: path.read_bytes() for path in study.path.rglob("*") if path.is_file()} == before
