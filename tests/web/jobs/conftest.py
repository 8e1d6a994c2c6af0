"""A study whose model and data a worker is handed, and the queue of its jobs."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch

from shiftscope.study import Study
from shiftscope.web.jobs.job_queue import JobQueue
from shiftscope.web.jobs.source import Source

from .models import HeldNet, batches

ROOT = str(Path(__file__).parents[3])


@dataclass
class Held:
    """A recorded study of two datasets of two batches, its model, and the file that the model looks into."""

    path: Path
    net: HeldNet
    gate: Path
    queues: list[JobQueue] = field(default_factory=list)

    @property
    def data(self) -> dict[str, object]:
        return {"lab": batches(2), "field": batches(2, seed=1)}

    def say(self, word: str | int) -> None:
        """How many batches may pass in all, or what befalls the next."""
        aside = self.gate.with_suffix(".new")
        aside.write_text(str(word))
        aside.rename(self.gate)

    def queue(self, model: object = None, data: object = None, **options: float) -> JobQueue:
        source = Source.of(self.path, model or self.net, data=self.data if data is None else data)  # type: ignore[arg-type]
        self.queues.append(JobQueue(source, **options))  # type: ignore[arg-type]
        return self.queues[-1]


@pytest.fixture(scope="session")
def _held_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("held") / "held.study"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        study = Study.create(path, HeldNet(), "abcd")
    study.record(batches(2), "lab", layers=["conv", "hidden"], reference=True, progress=False)
    study.record(batches(2, seed=1), "field", progress=False)
    return path


@pytest.fixture
def held(_held_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    monkeypatch.setattr(sys, "path", [ROOT, *sys.path])  # of the worker too
    shutil.copytree(_held_once, tmp_path / "held.study")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = HeldNet()
    net.gate = str(tmp_path / "gate")
    held = Held(tmp_path / "held.study", net, tmp_path / "gate")
    held.say(1000)
    yield held
    for queue in held.queues:
        queue.stop()
