"""What every fault must leave: the study as it would have been, no finished shard shown again, none counted twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import shiftscope as ss
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.moments import Moments
from tests.test_record import contents

TRIED: dict[str, list[str]] = {}  # fault -> what each try ended in


def same_study(path: Path, calm: Path) -> None:
    """Byte for byte, whatever work underway left behind in hidden files."""

    def kept(folder: Path) -> dict[str, bytes]:
        return {
            name: held
            for name, held in contents(folder).items()
            if not any(p.startswith(".") for p in Path(name).parts)
        }

    ours, theirs = kept(path), kept(calm)
    assert sorted(ours) == sorted(theirs)
    assert [name for name in theirs if ours[name] != theirs[name]] == []
    counted_once(ss.open_study(path))


def counted_once(study: ss.Study) -> None:
    for name in study:
        recording = study[name]
        labels, shown = recording.samples.labels, recording.samples.predictions >= 0
        for layer in recording.layers:
            assert recording.summary(layer, Moments).count == shown.sum()
            counts = np.bincount(labels[shown & (labels >= 0)], minlength=len(study.categories))
            np.testing.assert_array_equal(recording.summary(layer, CategorySums).count, counts)


def finished(study: Path) -> set[str]:
    return {str(path.relative_to(study)) for path in study.glob("*/shards/*.done")}


@pytest.fixture
def tried(request: pytest.FixtureRequest):
    """`tried(fault, outcome)` for the table that ends a run of these tests."""

    def note(fault: str, outcome: str) -> None:
        TRIED.setdefault(fault, []).append(outcome)

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TRIED:
        terminalreporter.section("faults")
        for fault, outcomes in TRIED.items():
            told = ", ".join(f"{outcomes.count(each)} {each}" for each in dict.fromkeys(outcomes))
            terminalreporter.line(f"{fault}: {len(outcomes)} tries, {told}")
