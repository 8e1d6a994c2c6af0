"""`shiftscope shifts`, and `shiftscope record --shift`."""

import json

import numpy as np
import pytest
from PIL import Image

from shiftscope.datasets.shifts.severities import BENCHMARKS
from shiftscope.datasets.shifts.shift_kind import shift_kinds
from shiftscope.study import open_study

from .conftest import RECORD

POOLED = """

def pooled():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
"""


def test_all_are_listed_with_what_strength_1_is(run, folder):
    answer = run("shifts")
    lines = answer.out.splitlines()
    assert [line.split()[0] for line in lines[1 : 1 + len(shift_kinds)]] == list(shift_kinds)
    assert "strength 1 at 224 pixels" in lines[0]
    assert "defocus_blur        –             a disk of radius 12 pixels" in answer.out
    assert "At 224 pixels as strong as the severities 1 to 5 of ImageNet-C:" in answer.out
    assert set(BENCHMARKS[224][1]) == set(BENCHMARKS[32][1]) <= set(shift_kinds)


def test_the_size_is_the_study_s_or_the_one_that_is_given(run, recorded):
    assert "a line of 5.7 pixels" in run("shifts", "motion_blur", "--size", "32").out
    assert "gaussian_noise" not in run("shifts", "motion_blur", "--size", "32").out
    refused = run("shifts", "--study", "x.study").refused()
    assert refused == "shiftscope: --size 8; shifts need 16 pixels on each side."
    assert "no shift named 'blur'" in run("shifts", "blur").refused()


def test_a_picture_is_drawn_under_them(run, folder):
    answer = run("shifts", "negative", "rotate", "--data", "val/", "--resize", "16", "-o", "sheet.png")
    assert answer.out == "sheet.png: a row for each of negative, rotate.\n"
    sheet = np.asarray(Image.open(folder / "sheet.png"))
    assert sheet.shape == (2 * 16, 5 * 16, 3)
    np.testing.assert_array_equal(sheet[:16, -16:], 255 - sheet[:16, :16])
    assert "--data DATA and --output FILE" in run("shifts", "rotate", "--data", "val/").refused()


def test_several_shifts_are_recorded_in_their_order(run, folder):
    with (folder / "nets.py").open("a") as module:
        module.write(POOLED)
    words = (
        "record",
        "y.study",
        "--model",
        "nets:pooled",
        "--data",
        "val/",
        "--resize",
        "20",
        "--layers",
        "0",
    )
    answer = run(*words, "--name", "noise.3", "--shift", "darkness:0.5", "--shift", "gaussian_noise:.3:2")
    assert answer.status == 0, answer.err
    shifts = open_study(folder / "y.study")["noise.3"].plan.source["shifts"]
    assert [(one["name"], one["strength"], one["seed"]) for one in shifts] == [
        ("darkness", 0.5, 0),
        ("gaussian_noise", 0.3, 2),
    ]


@pytest.mark.parametrize(
    ("shift", "message"),
    [
        ("jpeg:0.5", "images of 8 x 8; shifts need 16 pixels on each side."),
        ("jpeg:1.5", "strength 1.5: it lies between 0 (the image itself) and 1."),
        ("jpeg", "--shift takes NAME:STRENGTH or NAME:STRENGTH:SEED, as gaussian_noise:0.3; not jpeg."),
        ("jpg:1", f"no shift named 'jpg'; closest: 'jpeg'. There are: {', '.join(shift_kinds)}."),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_recorded(run, recorded, shift, message):
    before = json.loads((recorded / "study.json").read_text())
    refused = run(*RECORD, "--data", "val/", "--name", "noise", "--shift", shift).refused()
    assert refused == f"shiftscope: {message}"
    assert json.loads((recorded / "study.json").read_text()) == before
    assert not (recorded / "noise").exists()
