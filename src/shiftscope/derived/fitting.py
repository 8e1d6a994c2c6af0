"""The samples that a derived layer is fitted on, and those that tell how well: of the two halves of one dataset."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.derived.derivation import Rows
from shiftscope.statistics.split import FIT, SEED, fit_half, order_of
from shiftscope.store.stored_recording import Recording

MOST_ROWS = 20_000
SPLIT = f"half {FIT} of 2 by the samples' ids, seed {SEED}, of these at most {MOST_ROWS}"
AT_ONCE = 64 * 2**20  # bytes of responses that are read together


def positions_to_fit(
    recording: Recording, most: int = MOST_ROWS, *, held_out: bool = False
) -> npt.NDArray[np.intp]:
    """(row,) positions, ascending, of samples that were shown; the same ones of an image set in whatever order.

    Parameters
    ----------
    held_out
        Those of the other half, on which what was fitted is reported.
    """
    ids = recording.samples.column("id").to_pylist()
    half = np.flatnonzero((fit_half(ids) != held_out) & (recording.samples.predictions != NO_LABEL))
    order = np.argsort(order_of([ids[position] for position in half], SEED + 1), kind="stable")
    return np.sort(half[order[:most]])


def rows_to_fit(recording: Recording, layer: str, positions: npt.NDArray[np.intp]) -> Rows:
    """(row, unit) responses of a layer at some positions, read in blocks."""
    units, total = recording.layer(layer).units, recording.plan.samples
    step = max(1, AT_ONCE // (4 * units))
    rows = np.empty((len(positions), units), np.float32)
    for start in range(0, total, step):
        stop = min(start + step, total)
        first, last = np.searchsorted(positions, (start, stop))
        if first < last:
            rows[first:last] = recording.responses(layer, start, stop)[positions[first:last] - start]
    return rows
