"""The command line in this process: a folder with a module of small models, pictures, and what was printed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shiftscope.cli import main

MODULE = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, seed):
        super().__init__()
        torch.manual_seed(seed)
        self.conv = nn.Conv2d(3, 4, 3)
        self.hidden = nn.Sequential(nn.Flatten(), nn.Linear(144, 6), nn.ReLU())
        self.head = nn.Linear(6, 2)

    def forward(self, images):
        return self.head(self.hidden(self.conv(images)))


def tiny():
    return Net(0)


def other():
    return Net(1)
"""


@dataclass
class Answer:
    status: int
    out: str
    err: str

    def refused(self) -> str:
        """The one message of a refusal, its line breaks and frame taken off."""
        assert self.status not in (0, None), self
        assert self.out == ""
        assert "Traceback" not in self.err
        return " ".join(self.err.replace("│", " ").split())


Run = Callable[..., Answer]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("score", "x.study")` as the shell would, with its exit status and what it printed."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("PYTEST_VERSION", raising=False)  # cyclopts would warn of words taken from sys.argv

    def command(*words: str | Path) -> Answer:
        monkeypatch.setattr(sys, "argv", ["shiftscope", *map(str, words)])
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        if isinstance(code, str):  # the interpreter prints it and ends with 1
            return Answer(1, printed.out, printed.err + code + "\n")
        return Answer(int(code or 0), printed.out, printed.err)  # type: ignore[call-overload]

    return command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: `nets.py`, `val/` with two categories, `shifted.npz`, `night.csv`."""
    (tmp_path / "nets.py").write_text(MODULE)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (16, 8, 8, 3), np.uint8)
    for position, image in enumerate(images[:10]):
        path = tmp_path / "val" / ("cat", "dog")[position % 2] / f"{position}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
    np.savez(tmp_path / "shifted.npz", image=images[8:], label=np.arange(8) % 2)
    rows = [f"val/cat/{p}.png,cat,{p}" for p in (0, 2, 4)] + ["val/dog/1.png,,1"]
    (tmp_path / "night.csv").write_text("\n".join(["path,label,hour", *rows]) + "\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "nets", raising=False)
    yield tmp_path
    sys.modules.pop("nets", None)


RECORD = ("record", "x.study", "--model", "nets:tiny")


@pytest.fixture(scope="session")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test that asks for `recorded` leaves a copy for the others."""
    return tmp_path_factory.mktemp("recorded") / "x.study"


@pytest.fixture
def recorded(run: Run, folder: Path, _kept: Path) -> Path:
    """`x.study` with the pictures of `val/` as reference and `shifted.npz`."""
    study = folder / "x.study"
    if _kept.exists():
        return Path(shutil.copytree(_kept, study))
    for words in (
        ("--data", "val/", "--name", "val", "--layers", "conv", "--layers", "hidden", "--reference"),
        ("--data", "npz:shifted.npz", "--name", "shifted"),
    ):
        answer = run(*RECORD, *words)
        assert answer.status == 0, answer.err
    shutil.copytree(study, _kept)
    return study
