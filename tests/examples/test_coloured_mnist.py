"""The experiment of the paper, small."""

import numpy as np
import pytest

from shiftscope.study import open_study
from shiftscope.views.overview.overview import overview


@pytest.fixture
def main(example, monkeypatch):
    """`main(*words)` as the shell would."""

    def run(*words):
        monkeypatch.setattr("sys.argv", ["coloured_mnist.py", *map(str, words)])
        example("coloured_mnist").main()

    return run


def test_a_short_run_ends_in_a_study_that_opens(main, shared_data, tmp_path, capsys):
    main(shared_data / "mnist", "--out", tmp_path / "m.study", "--limit", "600", "--epochs", "1")
    printed = capsys.readouterr().out
    study = open_study(tmp_path / "m.study")
    assert list(study) == ["coloured", "permuted", "arbitrary", "drifted"]
    lines = {line.split()[0]: line.split()[1] for line in printed.splitlines()[1:5]}
    for name in study:
        samples = study[name].samples
        assert len(samples) == 600
        assert lines[name] == f"{100 * np.mean(samples.labels == samples.predictions):.1f}"
    assert overview(study).title == "m"
    assert f"shiftscope view {tmp_path / 'm.study'}" in printed


def test_a_folder_without_mnist_is_named(main, tmp_path):
    with pytest.raises(SystemExit, match=f"no train-images-idx3-ubyte in {tmp_path}"):
        main(tmp_path)
