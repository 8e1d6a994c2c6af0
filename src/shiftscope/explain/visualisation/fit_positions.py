"""Samples whose colours and spectra a picture has."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest
from shiftscope.statistics.random_halves import random_halves
from shiftscope.statistics.split import fit_half
from shiftscope.statistics.spread_evenly import spread_evenly
from shiftscope.store.stored_study import StoredStudy


def fit_positions(study: StoredStudy, dataset: str, most: int) -> list[int]:
    """Of the half of a dataset's samples that is fitted on, at most so many, spread evenly."""
    places = fit_places(study, dataset)
    if not len(places):
        every = len(study[dataset].samples)
        raise BadRequest(f"no sample of {dataset!r} is in the half that is fitted on; it has {every}.")
    found: list[int] = spread_evenly(places, most).tolist()
    return found


def half_positions(study: StoredStudy, dataset: str, most: int, half: int, seed: int) -> list[int]:
    """Of one of two random halves of these samples, 1 or 2, at most so many."""
    both = np.array(fit_positions(study, dataset, 2 * most))
    return sorted(random_halves(both, np.random.default_rng(seed))[half - 1].tolist())


def fit_places(study: StoredStudy, dataset: str) -> npt.NDArray[np.intp]:
    """Of all in the half that is fitted on; there may be none."""
    samples = study[dataset].samples
    half = fit_half(samples.column("id").to_pylist())
    return np.flatnonzero(half & (samples.predictions >= 0))  # a skipped sample has none
