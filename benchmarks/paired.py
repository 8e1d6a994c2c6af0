"""Rivals measured in turn in one run, so that a busy machine is as busy for each; medians and ratios."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

SIZES = "tiny", "small", "imagenet"  # for the tests, for a look in a minute or less, and the full one


def paired(
    rivals: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Median seconds of each by the clock, all of them once a round, after one round that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    for turn in range(rounds + 1):
        for name, run in rivals.items():
            start = clock()
            run()
            if turn:
                seconds[name].append(clock() - start)
    return {name: statistics.median(each) for name, each in seconds.items()}


def table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print a Markdown table."""
    print(f"\n{title}\n\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def command(
    about: str, measure: Callable[[str, int], dict[str, Any]], arguments: Sequence[str] | None = None
) -> None:
    """Run one benchmark as its file is called, `measure(size, rounds)`; its figures go to a file where asked."""
    options = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--size", choices=SIZES, default="small")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--json", type=Path, help="file for the figures")
    given = options.parse_args(arguments)
    save(given.json, {"size": given.size, **measure(given.size, given.rounds)})


def save(path: Path | None, results: Mapping[str, object]) -> None:
    """Write what was measured as JSON, with the day and the machine."""
    if path is not None:
        machine = {
            "machine": platform.machine(),
            "system": platform.system(),
            "python": platform.python_version(),
        }
        path.write_text(json.dumps({"date": date.today().isoformat(), **machine, **results}, indent=2))
