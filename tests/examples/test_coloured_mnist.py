"""The experiment of the paper, small."""

import subprocess
import sys

import numpy as np

from shiftscope.study import open_study
from shiftscope.views.overview.overview import overview

from .conftest import EXAMPLES


def test_a_short_run_ends_in_a_study_that_opens(shared_data, tmp_path):
    words = ["--out", str(tmp_path / "m.study"), "--limit", "600", "--epochs", "1"]
    answer = subprocess.run(
        [sys.executable, str(EXAMPLES / "coloured_mnist.py"), str(shared_data / "mnist"), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    study = open_study(tmp_path / "m.study")
    assert list(study) == ["coloured", "permuted", "arbitrary", "drifted"]
    lines = {line.split()[0]: line.split()[1] for line in answer.stdout.splitlines()[1:5]}
    for name in study:
        samples = study[name].samples
        assert len(samples) == 600
        assert lines[name] == f"{100 * np.mean(samples.labels == samples.predictions):.1f}"
    assert overview(study).title == "m"
    assert f"shiftscope view {tmp_path / 'm.study'}" in answer.stdout


def test_a_folder_without_mnist_is_named(tmp_path):
    words = [sys.executable, str(EXAMPLES / "coloured_mnist.py"), str(tmp_path)]
    answer = subprocess.run(words, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert f"no train-images-idx3-ubyte in {tmp_path}" in answer.stderr
    assert "Traceback" not in answer.stderr
