"""What a dictionary would cost, told before it is fitted."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from shiftscope.counted import counted
from shiftscope.derived.derivation import Rows, made
from shiftscope.errors import BadRequest

WIDEST, ALWAYS_FINE = 8, 512  # times the units, and features that no layer is too narrow for
TRIED = {
    "steps": 20,
    "max_iter": 4,
}  # of the parameter that says how long a kind is fitted: enough to time it


def refuse_sizes(layer: str, units: int, size: int, samples: int) -> None:
    """Raise `BadRequest` for more features than make sense, with what their codes would take."""
    if size > max(WIDEST * units, ALWAYS_FINE):
        raise BadRequest(
            f"{size:,} features of the {units} units of {layer!r}: codes of {samples:,} samples would take "
            f"{_megabytes(size * samples)}, and dictionaries wider than once or twice their layer tell the samples "
            f"that they were fitted on better and all others worse. At most {max(WIDEST * units, ALWAYS_FINE):,}."
        )


def costs(kind: str, settings: Mapping[str, Any], rows: Rows, *, seeds: int, samples: int) -> list[str]:
    """Sentences on the time and size of a dictionary of (row, unit) responses and of the codes of so many samples."""
    size, units = settings["size"], rows.shape[1]
    seconds = _seconds(kind, settings, rows)
    long = f", at most {_duration(seconds * (1 + (seeds - 1) / 2))}" if seconds else ""
    spread = float(np.linalg.norm(rows.std(0)))
    said = [
        f"{counted(seeds, 'fit')} of {counted(size, 'feature')} to {counted(len(rows), 'sample')} of "
        f"{counted(units, 'unit')}{long}; codes of {counted(samples, 'sample')} take {_megabytes(size * samples)}."
    ]
    if spread:
        said.append(
            f"the mean of the responses is {np.linalg.norm(rows.mean(0)) / spread:.2g} times their spread."
        )
    if size > 2 * units:
        said.append(
            "more than twice as many features as units tell the samples that they are fitted on better, others worse."
        )
    if kind == "nmf" and size >= units:
        said.append("as many parts as units, or more, are the units again.")
    return said


def _seconds(kind: str, settings: Mapping[str, Any], rows: Rows) -> float | None:
    """At most, from the first steps of a fit; None for a kind that takes no steps, and is done soon."""
    unfitted = made(kind, settings)
    parameters = unfitted.get_params()
    for name, few in TRIED.items():
        if name in parameters:
            steps: int = unfitted.steps_of(len(rows)) if hasattr(unfitted, "steps_of") else parameters[name]
            few = min(few, steps)
            start = time.perf_counter()
            made(kind, {**settings, name: few}).fit(rows)
            return (time.perf_counter() - start) * steps / few
    return None


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{max(1, seconds):.0f} s"


def _megabytes(numbers: int) -> str:
    """Of so many numbers in single precision."""
    return f"{4 * numbers / 1e9:,.1f} GB" if numbers > 250e6 else f"{4 * numbers / 1e6:,.1f} MB"
