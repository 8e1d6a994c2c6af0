"""`shiftscope sweep`: a ladder from one command."""

import pytest

from shiftscope.study import open_study

SHAPE = ("--resize", "16", "--crop", "16")
MODULE = """
import torch
from torch import nn


def wide():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
"""


@pytest.fixture
def sweep(run, folder):
    (folder / "nets.py").write_text(MODULE)

    def command(*words):
        given = ("--model", "nets:wide", "--data", "val/", "--layers", "1", *SHAPE)
        return run("sweep", "x.study", *given, *words)

    return command


LADDER = ("--shift", "gaussian_noise", "jpeg:1", "--strengths", ".2", ".5")


def test_a_ladder_is_recorded_and_gone_on_with(sweep, folder):
    planned = sweep(*LADDER, "--dry-run")
    assert planned.status == 0, planned.err
    assert not (folder / "x.study").exists()
    assert "5 datasets to record: 50 images, about" in planned.out
    answer = sweep(*LADDER)
    assert answer.status == 0, answer.err
    assert "gaussian_noise-0.5 (recorded): 10 samples" in answer.out
    assert [group.called for group in open_study(folder / "x.study").groups] == [
        "shift gaussian_noise",
        "shift jpeg, seed 1",
    ]
    assert "jpeg-0.2 seed 1 (kept)" in sweep(*LADDER).out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--shift", "jpeg", "--strengths", ".2"), "a ladder needs at least two strengths above 0"),
        (("--shift", "jpg", "--strengths", ".2", ".4"), "no shift named 'jpg'"),
        (("--shift", "gaussian_nois", "--strengths", ".1"), "closest: 'gaussian_noise'"),
        (("--shift", "jpeg:.3", "--strengths", ".2", ".4"), "a ladder's shift is NAME or NAME:SEED"),
        (("--shift", "jpeg"), "--strengths"),
        (("--strengths", ".2", ".4"), "--shift"),
    ],
)
def test_what_is_no_ladder_is_refused_in_one_message(sweep, words, message):
    assert message in sweep(*words).refused()
