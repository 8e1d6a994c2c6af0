"""Scores as pages show them: columns with their help, rows sorted."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from shiftscope.arrays import UnitArray
from shiftscope.scores.score import score_units, unit_scores
from shiftscope.store.recording import Recording
from shiftscope.views.panels import Column


@lru_cache(maxsize=256)
def scored(shifted: Recording, reference: Recording, layer: str) -> dict[str, UnitArray]:
    """Every score of a layer's units; kept, since each page needs some of them."""
    return score_units(shifted, reference, layer)


def score_columns() -> list[Column]:
    return [
        Column(title(name), f"{score.help} Measured in: {score.measured_in}.", numeric=True)
        for name, score in unit_scores.items()
    ]


def title(score: str) -> str:
    return score.replace("_", " ")


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
