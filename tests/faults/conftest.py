"""What every fault must leave: the study as it would have been, no finished shard shown again, none counted twice."""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

import shiftscope as ss
from shiftscope.arrays import NO_LABEL
from shiftscope.datasets.sample import Sample
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.moments import Moments
from tests.conftest import Made, Net
from tests.test_record import contents

MORE = int(os.environ.get("SHIFTSCOPE_FAULTS", "1"))  # times as many tries
SHARD = 8  # samples
PROBED = 2  # samples that are read before the first batch, to see what they are

_outcomes: dict[str, list[str]] = {}  # fault -> what each try ended in


@pytest.fixture
def tried() -> Callable[[str, str], None]:
    """`tried(fault, outcome)` for the table that ends a run of these tests."""
    return lambda fault, outcome: _outcomes.setdefault(fault, []).append(outcome)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _outcomes:
        terminalreporter.section("faults")
    for fault, outcomes in sorted(_outcomes.items()):
        told = ", ".join(f"{outcomes.count(each)} {each}" for each in dict.fromkeys(outcomes))
        terminalreporter.line(f"{fault}: {len(outcomes)} tries: {told}")


with torch.random.fork_rng(devices=[]):
    torch.manual_seed(0)
    _NET = Net()  # once: all threads draw from one row of numbers, which a recording puts back


def model() -> Net:
    return copy.deepcopy(_NET)


def record(path: Path, data: Made | None = None, name: str = "lab", **options: object) -> Made:
    """Record some samples in small shards; the dataset, which knows what was read of it."""
    data = data or Made(samples=20)
    study = ss.Study.create(path, model(), "abcd", exist_ok=True)
    # A type that is named, so that no samples are read beforehand to choose one.
    options = {"stored_as": "float16", "shard_samples": SHARD, "progress": False, **options}
    study.record(data, name, layers=["hidden"], **options)
    return data


@pytest.fixture(scope="session")
def _calm_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `calm` copies."""
    path = tmp_path_factory.mktemp("calm") / "calm.study"
    record(path)
    return path


@pytest.fixture
def calm(tmp_path: Path, _calm_once: Path) -> Path:
    """The study that `record` makes when nothing happens."""
    return Path(shutil.copytree(_calm_once, tmp_path / "calm.study"))


class Interrupted(BaseException):
    """What stops a recording midway."""


class Breaking(Made):
    """Stops the recording that asks for a sample of the third shard."""

    def __getitem__(self, position: int) -> Sample:
        if position == 2 * SHARD + 1:
            raise Interrupted
        return super().__getitem__(position)


def same_study(path: Path, calm: Path) -> None:
    """Byte for byte, with nothing left over, and every sample counted once."""
    ours, theirs = contents(path), contents(calm)
    assert sorted(ours) == sorted(theirs)
    assert [name for name in theirs if ours[name] != theirs[name]] == []
    counted_once(ss.open_study(path))


def counted_once(study: ss.Study) -> None:
    for name in study:
        recording = study[name]
        labels, shown = recording.samples.labels, recording.samples.predictions != NO_LABEL
        assert len(recording.samples) == recording.plan.samples
        for layer in recording.layers:
            assert recording.summary(layer, Moments).count == shown.sum()
            counts = np.bincount(labels[shown & (labels != NO_LABEL)], minlength=len(study.categories))
            np.testing.assert_array_equal(recording.summary(layer, CategorySums).count, counts)


def finished(study: Path, name: str = "lab") -> set[int]:
    """Shards of a dataset that count."""
    return {int(done.stem) for done in study.glob(f"{name}/shards/*.done")}


def not_shown_again(read: Sequence[int], done: set[int]) -> None:
    assert not {position // SHARD for position in read[PROBED:]} & done, "a finished shard was shown again"


def goes_on(study: Path, calm: Path) -> None:
    """Given again, the command keeps what was finished and ends in the study of an undisturbed one."""
    done = finished(study)
    not_shown_again(record(study).read, done)
    same_study(study, calm)
