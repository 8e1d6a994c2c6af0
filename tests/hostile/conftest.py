"""The processes that read hostile files, and how many cases are tried."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from .watched import Watched

TIMES = int(os.environ.get("SHIFTSCOPE_HOSTILE", "1"))  # as many cases, other ones in each run from 2 on


def cases(usual: int) -> Any:
    """Hypothesis settings for a property that is tried `usual` times, or a multiple where the environment says so."""
    return settings(
        max_examples=usual * TIMES,
        derandomize=TIMES == 1,
        deadline=None,  # a process of its own is watched instead
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="session")
def watched() -> Iterator[Callable[..., Watched]]:
    """A process that reads one kind of file, warmed up with a healthy one; kept for the tests to come."""
    kept: dict[str, Watched] = {}

    def one(reader: str, *healthy: Any) -> Watched:
        if reader not in kept:
            kept[reader] = Watched(reader, *healthy)
        return kept[reader]

    yield one
    for each in kept.values():
        each.end()
