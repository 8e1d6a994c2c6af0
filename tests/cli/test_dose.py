"""`shiftscope dose`: a table of each layer, all units as a file, and one message for what is no ladder."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.study import Study, open_study

STRENGTHS = (0.2, 0.5, 0.9)


class Colours(nn.Module):
    """Units are the mean red, green and blue."""

    def __init__(self):
        super().__init__()
        self.units = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Identity()

    def forward(self, images):
        return self.head(self.units(images))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 12)
    images = rng.integers(0, 100, (36, 16, 16, 3)).astype(np.uint8)
    images[np.arange(36), :, :, labels] += np.uint8(120)
    with torch.random.fork_rng(devices=[]):
        study = Study.create(tmp_path_factory.mktemp("dose") / "x.study", Colours(), ["red", "green", "blue"])
    data = ArrayData(images, labels, categories=study.categories)
    study.sweep(data, ["greyscale", "contrast"], strengths=STRENGTHS, layers=["units"], progress=False)
    return study.path


def test_it_prints_the_units_that_go_first_and_where_the_net_breaks(run, recorded):
    answer = run("dose", str(recorded), "--group", "greyscale", "--units", "2")
    assert answer.status == 0, answer.err
    table = open_study(recorded).dose("greyscale", progress=False)
    first = table.sort_values(["half_strength", "area"]).iloc[0]
    line = next(line for line in answer.out.splitlines() if line.split()[:1] == [str(first["unit"])])
    assert f"{first['half_strength']:.3g} ({first['low']:.3g} to {first['high']:.3g})" in line
    # Colours fade on a line. Blue is the darkest: its gray lies (.299 + .587) / 2 - .114 below that of the others.
    assert (first["unit"], first["half_strength"]) == (2, pytest.approx(0.5 / 1.329, abs=0.01))
    assert line.split()[-1] == first["preferred"]
    assert f"units: loss {table.attrs['loss']['units']:.2f}" in answer.out
    told = "area: mean share of the selective response that is left up to strength 0.9. loss: 1 less the area of the"
    assert told in " ".join(answer.out.split())
    assert "fewer than 10 images" not in answer.out  # there are 12
    assert "0 of 3 units keep more than half of their selective response up to strength 0.9." in answer.out
    assert "Half of the last layer's loss is there by units (of resamples: units 100 %)." in answer.out


def test_what_the_last_rung_does_not_reach_is_said(run, recorded):
    answer = run("dose", str(recorded), "--group", "contrast")  # which leaves means as they are
    assert "> 0.9 (> 0.9 to > 0.9)" in answer.out
    assert "3 of 3 units keep more than half of their selective response up to strength 0.9." in answer.out
    loud = run("dose", str(recorded), "--group", "contrast", "--level", "0.8").out
    assert "units keep more than 80 % of" in loud


def test_what_happened_to_the_answers_comes_first(run, recorded):
    study = open_study(recorded)
    rungs = {0: "unshifted", **{strength: f"greyscale-{strength}" for strength in STRENGTHS}}
    told = []
    for strength, name in rungs.items():
        samples = study[name].samples
        told.append(f"{100 * np.mean(samples.labels == samples.predictions):.1f} % at {strength}")
    out = run("dose", str(recorded), "--group", "greyscale").out
    assert out.splitlines()[0] == f"Accuracy under shift greyscale, by strength: {', '.join(told)}."
    assert told[0] == "100.0 % at 0"


def test_a_small_q_is_told_as_elsewhere(run, recorded, monkeypatch):
    table = open_study(recorded).dose("greyscale", progress=False)
    table["q"] = [1.5e-117, 0.03, np.nan]
    monkeypatch.setattr(Study, "dose", lambda *args, **options: table)
    out = run("dose", str(recorded), "--group", "greyscale").out
    rows = [line for line in out.splitlines() if line.split()[-1:] in (["red"], ["green"], ["blue"])]
    cells = {line.split()[0]: line for line in rows}
    assert "< 0.0001 " in cells["0"]
    assert " 0.03 " in cells["1"]
    assert " – " in cells["2"]


def test_all_units_go_to_a_file(run, recorded, tmp_path):
    run("dose", str(recorded), "--group", "contrast", "--csv", str(tmp_path / "doses.csv"))
    written = pd.read_csv(tmp_path / "doses.csv")
    expected = open_study(recorded).dose("contrast", progress=False)
    pd.testing.assert_frame_equal(written, expected, check_dtype=False, rtol=1e-12)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "--group is needed: there are 'shift greyscale', 'shift contrast'."),
        (("--group", "contrats"), "no group is called 'contrats'; closest: 'shift contrast'"),
        (("--group", "contrast", "--level", "1.5"), "it lies between 0 and 1"),
        (("--group", "contrast", "--layer", "unit"), "'unit'"),
    ],
)
def test_what_is_no_ladder_is_refused_in_one_message(run, recorded, words, message):
    assert message in run("dose", str(recorded), *words).refused()
