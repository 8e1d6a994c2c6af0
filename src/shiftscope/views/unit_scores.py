"""Scores as pages show them."""

from __future__ import annotations

import numpy as np

from shiftscope.arrays import UnitArray
from shiftscope.scores.estimate import Estimate
from shiftscope.scores.estimates import stored_estimates
from shiftscope.views.look import Look


def estimated(look: Look, dataset: str, layer: str | None = None) -> dict[str, Estimate]:
    """Every score of a layer's units in one dataset, by name, compared with the reference in force.

    Of the reference itself only the scores that describe one dataset have values.
    """
    return stored_estimates(look.study, dataset, look.reference, layer or look.layer)


def title(score: str) -> str:
    return score.replace("_", " ")


def name_of(text: str) -> str:
    """The name of a score as people write it: in any case, with blanks or underscores."""
    return text.strip().casefold().replace(" ", "_")


def ranked(values: UnitArray, *, ascending: bool = False) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Units by score, the undefined ones last."""
    keys = values if ascending else -values
    return np.argsort(np.where(np.isnan(keys), np.inf, keys), kind="stable")


def responding(shares: UnitArray, how_many: int) -> list[int]:
    """Units with a positive share, largest first; the undefined ones are left out."""
    order = ranked(shares)[:how_many]
    return [int(unit) for unit in order if shares[unit] > 0]


def median(values: UnitArray) -> float:
    """Over the units that have the score; NaN where none has."""
    return float(np.nanmedian(values)) if not np.isnan(values).all() else float("nan")
