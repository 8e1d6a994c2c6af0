"""Datasets on which workers die, and what a study holds."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shiftscope.datasets.sample import Sample
from shiftscope.store.disk.locks import LOCKS

from ..conftest import Made

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


@dataclass
class Deadly(Made):
    """The first process but the client's that reads one of the `deadly` samples is killed, or the `victim` is."""

    deadly: tuple[int, ...] = ()
    client: int = 0
    victim: int = 0
    marks: str = ""

    def __getitem__(self, position: int) -> Sample:
        if position in self.deadly and os.getpid() != self.client:
            mark = Path(self.marks, str(position))
            if not mark.exists():
                mark.touch()
                os.kill(self.victim or os.getpid(), KILL)
        return super().__getitem__(position)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but its locks, for comparing studies byte by byte."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and LOCKS not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="session")
def sent_by_value() -> Iterator[None]:
    """Classes of the tests travel to workers as they are: nobody can import them there."""
    cloudpickle = pytest.importorskip("cloudpickle", reason="the package distributed is not installed")
    modules = [sys.modules[Made.__module__], sys.modules[__name__]]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    yield
    for module in modules:
        cloudpickle.unregister_pickle_by_value(module)
