"""Rivals measured in turn in one run, so that a busy machine is as busy for each; medians and ratios."""

from __future__ import annotations

import json
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path


def paired(rivals: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each, all of them once a round, after one round that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    for turn in range(rounds + 1):
        for name, run in rivals.items():
            start = time.perf_counter()
            run()
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(each) for name, each in seconds.items()}


def table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print a Markdown table."""
    print(f"\n{title}\n\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def save(path: Path | None, results: Mapping[str, object]) -> None:
    """Write what was measured as JSON, with the day and the machine."""
    if path is not None:
        machine = {
            "machine": platform.machine(),
            "system": platform.system(),
            "python": platform.python_version(),
        }
        path.write_text(json.dumps({"date": date.today().isoformat(), **machine, **results}, indent=2))
