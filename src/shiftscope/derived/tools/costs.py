"""What a dictionary would cost, told before it is fitted."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from shiftscope.counted import counted
from shiftscope.derived.derivation import Rows, made
from shiftscope.derived.tools.default_size import directions
from shiftscope.errors import BadRequest
from shiftscope.percent import whole_percent

TRIED_ROWS, ACTIVE_TRIED = 2_000, 16  # of directions at random
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
        gamma = float(np.linalg.norm(rows.mean(0))) / spread
        said.append(
            f"the mean of the responses is {gamma:.2g} times their spread{_expected(kind, size, gamma, rows)}."
        )
        said.append(
            f"{counted(directions(rows), 'direction')} of {counted(units, 'unit')} hold 90 % of the variance."
        )
    if size > 2 * units:
        said.append(
            f"{size / units:.2g} times as many features as units tell the samples that they are fitted on better, and "
            "others, shifted ones most, worse: once or twice as many are enough."
        )
    if kind == "nmf" and size >= units:
        said.append("as many parts as units, or more, are the units again.")
    return said


def _expected(kind: str, size: int, gamma: float, rows: Rows) -> str:
    """What comes of a mean that is large beside the deviations."""
    if kind in ("nmf", "seminmf"):
        return ", which stays in the codes, as nothing is subtracted" if gamma > 1 else ""
    if kind in ("topk", "batchtopk"):
        dead = dead_uncentred(rows[:TRIED_ROWS], size, ACTIVE_TRIED)
        return f", and is subtracted: with it {whole_percent(dead)} of random features would never be active"
    return ", and is subtracted"


def dead_uncentred(rows: Rows, size: int, active: int) -> float:
    """Share of random directions that are among the `active` nearest of no row, where no mean is subtracted."""
    atoms = np.random.default_rng(0).standard_normal((size, rows.shape[1]), np.float32)
    before = rows @ (atoms / np.linalg.norm(atoms, axis=1, keepdims=True)).T
    active = min(active, size)
    reached = np.zeros(size, bool)
    reached[np.argpartition(-before, active - 1, axis=1)[:, :active]] = True
    return float(1 - reached.mean())


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
    """Of so many codes, in single precision, which are stored by sample and by unit."""
    return f"{8 * numbers / 1e9:,.1f} GB" if numbers > 125e6 else f"{8 * numbers / 1e6:,.1f} MB"
