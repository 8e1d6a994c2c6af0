"""A dictionary that is fitted several times: which of its features are found again, and how well it tells rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from shiftscope.derived.derivation import Derivation, Rows, learned, made, made_again
from shiftscope.derived.tools.fit_report import fit_report
from shiftscope.derived.tools.stability import FOUND, matched_cosines, random_cosine

KEPT = 8  # rows that are stored with their codes
Arrays = dict[str, npt.NDArray[Any]]


@runtime_checkable
class Stepwise(Protocol):
    """A kind that tells how far its fit is."""

    def steps_of(self, rows: int) -> int: ...

    def fit(self, X: Rows, y: None = None, advance: Callable[[int], None] | None = None) -> Derivation: ...


Told = dict[str, str | int]


class KeptFits(Protocol):
    """Where fits are kept as soon as each is done."""

    def read(self, number: int) -> tuple[Arrays, Told] | None: ...

    def write(self, number: int, arrays: Arrays, told: Told) -> None: ...


@dataclass(frozen=True)
class SeveralFits:
    """The first fit, which is on all rows, and what the others say of it."""

    fitted: Derivation
    arrays: Arrays  # to be stored with what it has learned
    report: dict[str, Any]


def steps_of(kind: str, settings: Mapping[str, Any], rows: int, seeds: int) -> int:
    """What `advance` of `several_fits` adds up to."""
    unfitted = made(kind, settings)
    if not isinstance(unfitted, Stepwise):
        return seeds
    return sum(unfitted.steps_of(count) for count in _counts(rows, settings["size"], seeds))


def several_fits(
    kind: str,
    settings: Mapping[str, Any],
    rows: Rows,
    held_out: Rows,
    *,
    seeds: int,
    advance: Callable[[int], None],
    kept: KeptFits | None = None,
) -> SeveralFits:
    """Fit on (row, unit) responses, once on all of them and further on random halves, each begun elsewhere.

    Parameters
    ----------
    kept
        Fits that were done before are taken from there, and new ones put there.

    Raises
    ------
    ValueError
        What does not fit.
    """
    first, *further = (
        _once(kind, _begun(kind, settings, number), _half(rows, count, number), number, advance, kept)
        for number, count in enumerate(_counts(len(rows), settings["size"], seeds))
    )
    codes = first.transform(rows[:KEPT])
    arrays: Arrays = {"kept_rows_": rows[:KEPT], "kept_codes_": codes}
    report: dict[str, Any] = {
        "fit": fit_report(first, rows),
        "held_out": fit_report(first, held_out) if len(held_out) else None,
        "kind": {name.rstrip("_"): value for name, value in _told(first).items()},
        "seeds": seeds,
    }
    if further:
        signed = bool((codes < 0).any())
        found = np.stack(
            [matched_cosines(first.components_, each.components_, signed=signed) for each in further]
        )
        arrays["matched_cosine_"] = found.min(0)
        arrays["found_by_"] = 1 + (found >= FOUND).sum(0)  # of all fits, the first one too
        report["stability"] = {
            "matched_cosine": float(found.mean()),
            "random_atoms": random_cosine(first.components_, signed=signed),
            "found_by_all": int((found.min(0) >= FOUND).sum()),
            "rows": _counts(len(rows), settings["size"], seeds)[1:],
        }
    return SeveralFits(first, arrays, report)


def _counts(rows: int, size: int, seeds: int) -> list[int]:
    """Rows of each fit: all, then halves, or as many as so many features need."""
    return [rows, *[min(rows, max(rows // 2, size + 1))] * (seeds - 1)]


def _half(rows: Rows, count: int, number: int) -> Rows:
    if number == 0:
        return rows
    return rows[np.sort(np.random.default_rng(number).permutation(len(rows))[:count])]


def _begun(kind: str, settings: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Settings of one of the fits: equal beginnings would make any method look stable."""
    elsewhere: dict[str, Any] = {"seed": settings["seed"] + number}
    if number and "init" in made(kind, settings).get_params():
        elsewhere["init"] = "random"
    return {**settings, **elsewhere}


def _told(fitted: Derivation) -> Told:
    """What it has learned that is no array."""
    return {
        name: value
        for name, value in vars(fitted).items()
        if name.endswith("_") and isinstance(value, (str, int)) and name != "n_features_in_"
    }


def _once(
    kind: str,
    settings: Mapping[str, Any],
    rows: Rows,
    number: int,
    advance: Callable[[int], None],
    kept: KeptFits | None,
) -> Derivation:
    before = kept.read(number) if kept else None
    if before:
        fitted = made_again(kind, settings, before[0])
        for name, value in before[1].items():
            setattr(fitted, name, value)
        advance(fitted.steps_of(len(rows)) if isinstance(fitted, Stepwise) else 1)
        return fitted
    fitted = _fit(made(kind, settings), rows, advance)
    if kept:
        kept.write(number, learned(fitted), _told(fitted))
    return fitted


def _fit(unfitted: Derivation, rows: Rows, advance: Callable[[int], None]) -> Derivation:
    if isinstance(unfitted, Stepwise):
        return unfitted.fit(rows, advance=advance)
    fitted = unfitted.fit(rows)
    advance(1)
    return fitted
