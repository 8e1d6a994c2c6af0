"""A study to damage, the processes that read it, and how many cases are tried."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, seed, settings

from shiftscope.study import Study

from ..conftest import Made, Net, mostly_slow
from .watched import Watched

TIMES = int(os.environ.get("SHIFTSCOPE_HOSTILE", "1"))  # as many cases, other ones in each run from 2 on


@pytest.fixture(params=mostly_slow(["few", "many"]))
def cases(request: pytest.FixtureRequest) -> Callable[[int], Callable[..., Any]]:
    """`cases(usual)`: a few of `usual` tries of a property, and the others in the slow lane; or a multiple of each."""

    def tried(usual: int) -> Callable[..., Any]:
        few = usual // 5 + 1  # the first try of both is the simplest one
        number = few if request.param == "few" else usual - few + 1
        chosen = settings(
            max_examples=number * TIMES,
            deadline=None,  # a process of its own is watched instead
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        seeded = seed(request.param) if TIMES == 1 else lambda test: test
        return lambda test: seeded(chosen(test))

    return tried


@pytest.fixture(scope="session")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with everything in it: two shards a dataset, a skipped sample, maps, notes, scores, paths."""
    path = tmp_path_factory.mktemp("hostile") / "healthy.study"
    torch.manual_seed(0)
    study = Study.create(path, Net(), ("a", "b", "c", "d"))
    study.record(
        Made(broken=frozenset({5})),
        "lab",
        layers=["hidden"],
        paths=["conv"],
        on_error="skip",
        reference=True,
        shard_samples=24,
        progress=False,
    )
    study.record(Made(seed=1, scale=1.5), "field", shard_samples=24, progress=False)
    study.annotate("hidden", 3, label="edge", tags="a b", note="hello")
    for layer in study.layers:
        study.scores(layer)
    study.paths(progress=False)
    return path


@pytest.fixture
def stranger(healthy: Path, tmp_path: Path) -> Path:
    """A copy of the healthy study, to damage."""
    return Path(shutil.copytree(healthy, tmp_path / "stranger.study"))


@pytest.fixture(scope="session")
def watched() -> Iterator[Callable[..., Watched]]:
    """`watched("study", path)`: a process that has read a healthy file by this reader; kept for the tests to come."""
    process = Watched()
    yield process.warmed_up
    process.end()
