"""Samples whose colours and spectra a picture has."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.statistics.random_halves import division_rng, random_halves
from shiftscope.statistics.split import fit_half
from shiftscope.statistics.spread_evenly import spread_evenly
from shiftscope.store.formats.samples import Samples
from shiftscope.store.stored_study import StoredStudy


def fit_positions(study: StoredStudy, dataset: str, most: int) -> list[int]:
    """Of the half of a dataset's samples that is fitted on, at most so many, spread evenly."""
    places = fit_places(study, dataset)
    if not len(places):
        every = len(study[dataset].samples)
        raise BadRequest(f"no sample of {dataset!r} is in the half that is fitted on; it has {every}.")
    found: list[int] = spread_evenly(places, most).tolist()
    return found


def half_positions(study: StoredStudy, question: PictureQuestion, most: int) -> list[int]:
    """Of the half of these samples that a question names, at most so many."""
    both = np.array(fit_positions(study, question.dataset, 2 * most))
    half = random_halves(both, division_rng(question.seed, question.division))[question.half - 1]
    return sorted(half[: question.fewer or None].tolist())


def fit_places(study: StoredStudy, dataset: str) -> npt.NDArray[np.intp]:
    """Of all in the half that is fitted on; there may be none. Shared, so they cannot be written to."""
    return _fit_places(study[dataset].samples)


@lru_cache(maxsize=16)  # 8 bytes a sample; a page asks for them once a picture
def _fit_places(samples: Samples) -> npt.NDArray[np.intp]:
    half = fit_half(samples.column("id").to_pylist())
    places = np.flatnonzero(half & (samples.predictions >= 0))  # a skipped sample has none
    places.setflags(write=False)
    return places
