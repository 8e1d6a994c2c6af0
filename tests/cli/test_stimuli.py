"""`shiftscope stimuli cue` and `shiftscope stimuli rebuild`."""

from __future__ import annotations

import shlex

import numpy as np
import pytest
from PIL import Image

from shiftscope.study import open_study

SETS = "associated", "aligned", "conflict", "neutral", "cue_only"


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for place in range(60):
        path = tmp_path / "val" / "ab"[place % 2] / f"{place:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (20, 22, 3), np.uint8)).save(path)
    return tmp_path


CUE = (
    "stimuli",
    "cue",
    "--data",
    "val/",
    "--kind",
    "frame",
    "--association",
    "1",
    "--resize",
    "16",
    "--crop",
    "16",
)


def test_a_cue_is_planted_written_and_made_again(run, pictures):
    answer = run(*CUE, "-o", "cues")
    assert answer.status == 0, answer.err
    lines = answer.out.splitlines()
    assert lines[0].startswith("CueSets(frame, association=1, opacity=1, seed=0): associated ")
    assert "label from the cue's place         associated 1.000, expected 1.000: holds" in answer.out
    assert [line.split(":")[0] for line in lines[-10:-5]] == [f"cues/{name}" for name in SETS]
    counts = {name: len([*(pictures / "cues" / name).rglob("*.png")]) for name in SETS}
    assert sum(counts.values()) == counts["associated"] + 4 * counts["aligned"]
    assert counts["associated"] + counts["aligned"] == 60
    again = run("stimuli", "rebuild", "cues/conflict/manifest.json", "--data", "val/")
    assert (again.status, again.out) == (0, f"same: {counts['conflict']} pictures, bit for bit.\n")
    without = run(*CUE, "--no-leak-check", "-o", "cues").out.splitlines()
    assert len(without) == 11
    assert without[1] == "cues/associated: 0 pictures written, the others were there."


MODULE = """
import torch
from torch import nn


def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))
"""


def test_the_commands_that_it_ends_with_record_the_sets_as_twins(run, pictures, monkeypatch):
    (pictures / "cuednets.py").write_text(MODULE)
    monkeypatch.syspath_prepend(pictures)
    lines = run(*CUE, "--no-leak-check", "-o", "some cues").out.splitlines()[-3:]
    for line in lines:
        words = shlex.split(line.replace("MODEL", "cuednets:net").replace("LAYER", "1"))
        answer = run(*words[1:])
        assert answer.status == 0, answer.err
    study = open_study("own.study")
    assert list(study) == ["neutral", "aligned", "conflict"]
    assert [len(study.twins(name)) for name in ("aligned", "conflict")] == [len(study["neutral"].samples)] * 2


def test_what_differs_ends_with_status_1(run, pictures):
    run(*CUE, "--no-leak-check", "-o", "cues")
    held = sorted(path.name for path in (pictures / "val" / "a").iterdir())
    for name in held:
        (pictures / "val" / "a" / name).unlink()
    Image.new("RGB", (20, 20)).save(pictures / "val" / "a" / "new.png")
    answer = run("stimuli", "rebuild", "cues/neutral/manifest.json", "--data", "val/")
    assert answer.status == 1
    assert "samples missing: " in answer.out


def test_bad_dials_are_refused_with_nothing_written(run, pictures):
    refused = run(*CUE[:6], "--opacity", "2", "-o", "cues").refused()
    assert refused == "shiftscope: opacity 2.0: it lies between 0 and 1."
    assert not (pictures / "cues").exists()
    assert (
        "no kind of cue named 'sticker'"
        in run("stimuli", "cue", "--data", "val/", "--kind", "sticker", "-o", "cues").refused()
    )
    refused = run("stimuli", "rebuild", "nothing.json", "--data", "val/").refused()
    assert "'nothing.json' cannot be read as a manifest of pictures" in refused
