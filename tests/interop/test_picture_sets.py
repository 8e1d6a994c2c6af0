"""Sets of made pictures as files: written whole, gone on with, and made again bit for bit, or what differs is told."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import shiftscope as ss
from shiftscope.datasets.made import packed, picture_digest, unpacked
from shiftscope.datasets.shifts.shift_kind import shift_kinds
from shiftscope.datasets.stimuli.cues.cue_kind import cue_kinds
from shiftscope.errors import BadRequest, DataError
from shiftscope.interop.picture_sets import write_set as writing
from shiftscope.interop.picture_sets.rebuild_set import rebuild_set
from shiftscope.interop.picture_sets.write_set import write_set
from shiftscope.store.formats.made import read_made


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for place in range(24):
        path = tmp_path / "val" / "ab"[place % 2] / f"{place:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (20, 22, 3), np.uint8)).save(path)
    return tmp_path / "val"


@pytest.fixture
def text(folder):
    return f"imagefolder:{folder}"


MADE = ss.Preprocess(crop=18, mean=0.5, std=0.25)


def conflict(text, **options):
    return ss.stimuli.cue(ss.dataset(text, preprocess=MADE), "patch", **options).conflict


def test_masks_are_packed_row_by_row():
    mask = np.array([[1, 0, 0], [0, 0, 1], [0, 1, 1]], bool)
    assert packed(mask) == bytes([0b10000101, 0b10000000])
    np.testing.assert_array_equal(unpacked(packed(mask), (3, 3)), mask)


def test_a_digest_is_of_type_shape_and_bytes():
    import hashlib

    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert picture_digest(image) == hashlib.sha256(b"|u1 (2, 2, 3) " + bytes(range(12))).hexdigest()
    assert picture_digest(image.transpose(1, 0, 2)) == picture_digest(image.transpose(1, 0, 2).copy())


def test_a_written_set_is_pictures_a_table_and_a_manifest(text, tmp_path):
    made = conflict(text)
    assert write_set(made, tmp_path / "out") == len(made)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "images",
        "images.csv",
        "manifest.json",
        "manifest.parquet",
    ]
    with (tmp_path / "out" / "images.csv").open() as file:
        table = list(csv.DictReader(file))
    rows = pd.read_parquet(tmp_path / "out" / "manifest.parquet")  # the folder as one table
    assert rows["id"].tolist() == [row["id"] for row in table] == made.ids
    for place, sample in enumerate(made):
        pixels = np.asarray(Image.open(tmp_path / "out" / table[place]["path"]))
        np.testing.assert_array_equal(pixels, sample.pixels.read())
        assert rows["sha256"][place] == picture_digest(pixels)
        assert table[place]["label"] == "ab"[sample.label]
        assert table[place]["cue"] == sample.metadata["cue"] == "ab"[int(rows["cue"][place])]
        shape = int(rows["rows"][place]), int(rows["columns"][place])
        np.testing.assert_array_equal(unpacked(rows["mask"][place], shape), made.mask(place))
    told = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert told["complete"] is True
    assert told["generators"][0]["kind"] == "patch"
    assert told["generators"][0]["set"] == "conflict"
    assert told["source"]["fingerprint"] == ss.dataset(text, preprocess=MADE).fingerprint()
    assert set(told["versions"]) == {"shiftscope", "python", "numpy", "scipy", "pillow", "libjpeg"}
    again = ss.dataset(str(tmp_path / "out" / "images.csv"))
    assert [sample.id for sample in again] == made.ids
    assert [sample.label for sample in again] == made.labels.tolist()


def test_writing_goes_on_where_it_stopped(text, tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "TOGETHER", 4)
    made, whole, stopped = conflict(text), tmp_path / "whole", tmp_path / "stopped"
    write_set(made, whole)
    real, asked = made.made_from, []

    class Stops:
        def __getattr__(self, name):
            return getattr(real, name)

        def __getitem__(self, position):
            asked.append(position)
            if len(asked) == 7:
                raise KeyboardInterrupt
            return real[position]

    made.made_from = Stops()
    with pytest.raises(KeyboardInterrupt):
        write_set(made, stopped)
    assert json.loads((stopped / "manifest.json").read_text())["complete"] is False
    assert not (stopped / "images.csv").exists()
    assert not list(stopped.rglob(".*"))
    made.made_from = real
    assert write_set(made, stopped) == len(made) - 4
    files = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(stopped) for path in stopped.rglob("*") if path.is_file())
    assert all((whole / file).read_bytes() == (stopped / file).read_bytes() for file in files)
    assert write_set(made, stopped) == 0


def test_a_folder_of_something_else_is_refused(text, tmp_path, folder):
    with pytest.raises(BadRequest, match="is there and is no set of pictures"):
        write_set(conflict(text), folder)
    write_set(conflict(text), tmp_path / "out")
    with pytest.raises(BadRequest, match="holds pictures that were made otherwise"):
        write_set(conflict(text, opacity=0.5), tmp_path / "out")
    with pytest.raises(BadRequest, match="were not made of others"):
        write_set(ss.dataset(text), tmp_path / "plain")
    assert not (tmp_path / "plain").exists()


def test_a_folder_that_may_not_be_written_is_told(text, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(BadRequest, match="nothing may be written into the folder"):
        write_set(conflict(text), tmp_path / "out")


def test_a_set_is_made_again_bit_for_bit_in_a_fresh_process(text, tmp_path):
    made = ss.shift(conflict(text, seed=3), "gaussian_noise", 0.4, seed=1)
    write_set(made, tmp_path / "out")
    words = [
        "stimuli",
        "rebuild",
        str(tmp_path / "out" / "manifest.json"),
        "--data",
        text,
        "-o",
        str(tmp_path / "again"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "shiftscope", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == f"same: {len(made)} pictures, bit for bit."
    for path in (tmp_path / "out" / "images").rglob("*.png"):
        other = tmp_path / "again" / path.relative_to(tmp_path / "out")
        assert other.read_bytes() == path.read_bytes()


def differences(rebuilt):
    return rebuilt.same, rebuilt.decoded, rebuilt.changed, rebuilt.missing


def test_a_changed_source_a_changed_generator_and_a_missing_sample_are_three_verdicts(
    text, folder, tmp_path, monkeypatch
):
    made = conflict(text)
    write_set(made, tmp_path / "out")
    manifest, ids = tmp_path / "out" / "manifest.json", made.ids
    assert differences(rebuild_set(manifest, text)) == (len(ids), [], [], [])

    pixels = np.asarray(Image.open(folder / ids[2])).copy()
    kept = (folder / ids[2]).read_bytes()
    pixels[10, 10, 1] ^= 1
    Image.fromarray(pixels).save(folder / ids[2])
    rebuilt = rebuild_set(manifest, text)
    assert differences(rebuilt) == (len(ids) - 1, [ids[2]], [], [])
    assert rebuilt.in_words()[1].startswith(
        f"the pictures were decoded differently here: 1, first {ids[2]}. libjpeg"
    )
    (folder / ids[2]).write_bytes(kept)

    (folder / ids[1]).unlink()
    assert differences(rebuild_set(manifest, text)) == (len(ids) - 1, [], [], [ids[1]])
    Image.fromarray(pixels).save(folder / ids[1])

    before = cue_kinds["patch"]
    monkeypatch.setitem(cue_kinds._entries, "patch", replace(before, weight=0.9))
    rebuilt = rebuild_set(manifest, text)
    assert differences(rebuilt) == (0, [ids[1]], [each for each in ids if each != ids[1]], [])
    assert "the generator changed: " in rebuilt.in_words()[2]
    monkeypatch.setitem(cue_kinds._entries, "patch", replace(before, version=2))
    with pytest.raises(
        DataError,
        match=r"cue was recorded with version 1, this is 2.* release of shiftscope that recorded it, \d",
    ):
        rebuild_set(manifest, text)


def test_samples_that_lend_and_are_gone_are_told_apart(text, folder, tmp_path):
    made = ss.shift(ss.dataset(text, preprocess=MADE), "amplitude_swap", 0.5)
    write_set(made, tmp_path / "out")
    rows = dict(read_made(tmp_path / "out" / "manifest.parquet"))
    gone = made.ids[5]
    borrower = next(id_ for id_, row in rows.items() if row.drawn["amplitude_swap.donor"] == gone)
    (folder / gone).unlink()
    rebuilt = rebuild_set(tmp_path / "out" / "manifest.json", text)
    assert (rebuilt.missing, rebuilt.lent, rebuilt.changed) == ([gone], [borrower], [])
    assert rebuilt.same == len(rows) - 2


def test_a_picture_that_changed_with_its_lender_s_source_is_no_change_of_the_generator(
    text, folder, tmp_path
):
    made = ss.shift(ss.dataset(text, preprocess=MADE), "amplitude_swap", 0.5)
    write_set(made, tmp_path / "out")
    pixels = np.asarray(Image.open(folder / made.ids[3]))
    Image.fromarray(pixels // 2).save(folder / made.ids[3])
    rebuilt = rebuild_set(tmp_path / "out" / "manifest.json", text)
    assert rebuilt.decoded[0] == made.ids[3]
    assert len(rebuilt.decoded) == 2
    assert rebuilt.changed == []


def test_a_recording_of_made_pictures_has_a_manifest_that_any_number_of_workers_write(
    new_study, folder, text, tmp_path
):
    from torch import nn

    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
    study = new_study(net, ("b", "a"))  # another order than the folder's
    cues = ss.stimuli.cue(ss.dataset(text, preprocess=MADE), "frame")
    study.record(text, "val", layers=["0"], preprocess=MADE, progress=False)
    study.record(cues.conflict, "conflict", shard_samples=5, progress=False)
    study.record(cues.conflict, "by two", shard_samples=5, loader_workers=2, progress=False)
    study.record(text, "noise", shift="gaussian_noise:0.3", preprocess=MADE, keep="summaries", progress=False)
    assert not (study.path / "val" / "manifest.json").exists()
    assert study.verify().sound
    for name, count in (("conflict", len(cues.conflict)), ("by two", len(cues.conflict)), ("noise", 24)):
        rebuilt = rebuild_set(study.path / name / "manifest.json", text)
        assert (rebuilt.same, rebuilt.is_same) == (count, True)
    assert [*read_made(study.path / "conflict" / "manifest.parquet")] == [
        *read_made(study.path / "by two" / "manifest.parquet")
    ]
    (study.path / "conflict" / "manifest.json").unlink()
    damaged = study.path / "conflict" / "manifest.parquet" / "00001.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    found = study.verify(repair=True)
    assert sorted(each.file.name for each in found.damages) == ["00001.parquet", "manifest.json"]
    study.record(cues.conflict, "conflict", shard_samples=5, progress=False)
    assert study.verify().sound
    assert rebuild_set(study.path / "conflict" / "manifest.json", text).is_same


@pytest.mark.parametrize("harm", ["json", "digest", "format", "rows", "none"])
def test_a_manifest_that_is_none_is_refused(text, tmp_path, harm):
    write_set(conflict(text), tmp_path / "out")
    manifest = tmp_path / "out" / "manifest.json"
    told = json.loads(manifest.read_text())
    if harm == "json":
        manifest.write_text("{")
    elif harm == "digest":
        manifest.write_text(json.dumps({**told, "samples": 3}))
    elif harm == "format":
        manifest.write_text(json.dumps({**told, "format": 99}))
    elif harm == "rows":
        (tmp_path / "out" / "manifest.parquet" / "00000.parquet").write_bytes(b"PAR1PAR1")
    else:
        shutil.rmtree(tmp_path / "out" / "manifest.parquet")
    with pytest.raises(DataError):
        rebuild_set(manifest, text)


def test_every_shift_says_what_it_drew(text):
    assert {"rotate", "motion_blur", "translate"} <= set(shift_kinds)
    for name in ("rotate", "motion_blur", "translate"):
        sample = ss.shift(ss.dataset(text, preprocess=MADE), name, 0.5)[0]
        assert sample.made.drawn
        assert all(sample.metadata[key] == value for key, value in sample.made.drawn.items())
