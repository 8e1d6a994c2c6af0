"""A study whose model and data a worker is handed, and queues of its jobs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shiftscope.web.jobs.job_queue import JobQueue
from shiftscope.web.jobs.source import Source

from .held import ROOT, Held, recorded


@pytest.fixture(scope="session")
def _held_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("held") / "held.study")


@pytest.fixture
def held(_held_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Held:
    monkeypatch.setattr(sys, "path", [ROOT, *sys.path])  # of the worker too
    return Held.copied(_held_once, tmp_path)


@pytest.fixture
def queue_of(held: Held) -> Iterator[Callable[..., JobQueue]]:
    """`queue_of(model, data)`, of the held ones unless given."""
    made: list[JobQueue] = []

    def make(model: object = None, data: dict[str, object] | None = None, **options: float) -> JobQueue:
        source = Source.of(held.path, model or held.net, data=data or held.data)
        made.append(JobQueue(source, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for queue in made:
        queue.stop()
