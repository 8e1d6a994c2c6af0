"""Which samples an alignment is made of, and the sums over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.derived.derivation import Derivation, Rows
from shiftscope.derived.fitting import MOST_ROWS, positions_to_fit, rows_to_fit
from shiftscope.explain.fit_under_shift.sets import ReportedSet
from shiftscope.explain.realignment.sums import AdaptingSums, Sums
from shiftscope.statistics.split import split
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.twins import twins_between

SEED = 2  # of halves of the adapting rows, and of the held-out reference
SPLIT = "half 0 of 2 by the samples' ids, seed 0"
THEMSELVES: Literal["themselves"] = "themselves"  # twins of samples of the reference
TwinRows = Mapping[int, Rows] | Literal["themselves"]
Halves = tuple[AdaptingSums | None, AdaptingSums | None]  # None for one without rows
Inside = npt.NDArray[np.bool_]


def second_half(rows: ReportedSet) -> Inside:
    """(sample,) whether each is of the second of two halves."""
    return np.asarray(split(list(rows.ids), 2, SEED) == 1)


def reference_sums(reference: Recording, layer: str) -> Sums:
    """Of the samples that dictionaries are fitted on."""
    positions = positions_to_fit(reference)
    fitted_on = ReportedSet(
        reference, layer, positions, np.empty(0, np.str_), np.empty(0, np.int64)
    )  # neither ids nor labels are asked for
    units = reference.layer(layer).units
    found = Sums(0, np.zeros(units), np.zeros(units), np.zeros((units, units)))
    for _, _, _, rows in fitted_on.blocks():
        found += Sums.of(rows)
    return found


def halves_of(rows: ReportedSet, fitted: Derivation, twins: TwinRows | None) -> Halves:
    """Sums over both halves of some rows, which together are those over all.

    Parameters
    ----------
    twins
        By position the response of the twin in the reference; None where there are none.
    """
    inside = second_half(rows)
    sums: list[AdaptingSums | None] = [None, None]
    for places, _, _, block in rows.blocks():
        codes = fitted.transform(block)
        left = block - (codes @ fitted.components_ + fitted.mean_)
        for half in (0, 1):
            mine = inside[places] == half
            if not mine.any():
                continue
            more = AdaptingSums(
                Sums.of(block[mine]),
                Sums.of(codes[mine]),
                Sums.of(codes[mine], left[mine]),
                _pairs(rows.positions[places][mine], block[mine], twins),
            )
            before = sums[half]
            sums[half] = more if before is None else before + more
    return sums[0], sums[1]


def _pairs(positions: npt.NDArray[np.intp], rows: Rows, twins: TwinRows | None) -> Sums | None:
    if twins is None:
        return None
    if twins == THEMSELVES:
        return Sums.of(rows)
    there = np.array([int(position) in twins for position in positions], bool)
    if not there.any():
        return None
    return Sums.of(np.stack([twins[int(each)] for each in positions[there]]), rows[there])


def twins_of(study: StoredStudy, samples: ReportedSet) -> dict[int, Rows] | None:
    """By position the response of each sample's twin in the reference; of at most 20,000. None where there are none."""
    pairs = twins_between(study, samples.recording.name, study.reference)
    if pairs is None:
        return None
    inside = np.isin(pairs.ours, samples.positions)
    shown = np.isin(pairs.theirs, _shown(study[study.reference]))
    ours, theirs = (each[inside & shown][:MOST_ROWS] for each in (pairs.ours, pairs.theirs))
    if not len(ours):
        return None
    asked, places = np.unique(theirs, return_inverse=True)
    rows = rows_to_fit(study[study.reference], samples.layer, asked)
    return {int(position): rows[place] for position, place in zip(ours, places, strict=True)}


def _shown(recording: Recording) -> npt.NDArray[np.intp]:
    return np.flatnonzero(recording.samples.predictions != NO_LABEL)
