"""A study whose model and data a worker is handed, and the file that the model looks into."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import torch

from shiftscope.study import Study
from shiftscope.web.jobs.source import Source

from .models import HeldNet, batches

ROOT = str(Path(__file__).parents[3])  # where the worker finds this package


@dataclass
class Held:
    """A recorded study of two datasets of two batches; its model waits for what `say` says."""

    path: Path
    net: HeldNet
    gate: Path

    @classmethod
    def copied(cls, study: Path, folder: Path) -> Held:
        """A copy of a study that `recorded` has made, with a gate that is open."""
        shutil.copytree(study, folder / "held.study")
        net = _net()
        net.gate = str(folder / "gate")
        held = cls(folder / "held.study", net, folder / "gate")
        held.say(1000)
        return held

    @property
    def data(self) -> dict[str, object]:
        return {"lab": batches(2), "field": batches(2, seed=1)}

    @property
    def source(self) -> Source:
        return Source.of(self.path, self.net, data=self.data)

    def say(self, word: str | int) -> None:
        """How many batches may pass in all, or what befalls the next."""
        aside = self.gate.with_suffix(".new")
        aside.write_text(str(word))
        aside.rename(self.gate)


def recorded(path: Path) -> Path:
    study = Study.create(path, _net(), "abcd")
    study.record(batches(2), "lab", layers=["conv", "hidden"], reference=True, progress=False)
    study.record(batches(2, seed=1), "field", progress=False)
    return path


def _net() -> HeldNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return HeldNet()
