"""Which samples a dictionary is reported on, and their responses in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.derived.derivation import Rows
from shiftscope.statistics.split import SEED, fit_half, order_of
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy

AT_ONCE = 16 * 2**20  # bytes of responses that are read together


@dataclass(frozen=True, eq=False)
class ReportedSet:
    """The samples of a dataset that are reported on, in the order in which they are stored."""

    recording: Recording
    layer: str  # whose responses the blocks have
    positions: npt.NDArray[np.intp]  # ascending
    ids: npt.NDArray[np.str_]
    labels: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.positions)

    def blocks(self) -> Iterator[tuple[slice, slice, npt.NDArray[np.intp], Rows]]:
        """Places among those reported, the run of the recording, places in that run, and (row, unit) responses."""
        units, total = self.recording.layer(self.layer).units, self.recording.plan.samples
        step = max(1, AT_ONCE // (4 * units))
        for start in range(0, total, step):
            stop = min(start + step, total)
            first, last = np.searchsorted(self.positions, (start, stop))
            if first < last:
                inside = self.positions[first:last] - start
                rows = self.recording.responses(self.layer, start, stop)[inside].astype(np.float32)
                yield slice(first, last), slice(start, stop), inside, rows


def held_out(reference: Recording, layer: str) -> ReportedSet:
    """The half of the reference that nothing is fitted on."""
    ids = reference.samples.column("id").to_pylist()
    return _those(reference, layer, ids, ~fit_half(ids))


def reported(recording: Recording, layer: str, reference: Recording, *, adapted: bool = False) -> ReportedSet:
    """All samples of a shifted set but those that stand under an id of the reference's other half: the dictionary was
    fitted on what they were made from.

    Parameters
    ----------
    adapted
        The dictionary was aligned to this set, so that those it was adapted on are left out too.
    """
    theirs = reference.samples.column("id").to_pylist()
    fitted = {name for name, there in zip(theirs, fit_half(theirs), strict=True) if there}
    ids = recording.samples.column("id").to_pylist()
    among = np.array([name not in fitted for name in ids], bool)
    return _those(recording, layer, ids, among & ~fit_half(ids) if adapted else among)


def adapting(recording: Recording, layer: str) -> ReportedSet:
    """The half of a shifted set that dictionaries are aligned to it on; of samples under ids of the reference, those
    whose like the dictionary was fitted on."""
    ids = recording.samples.column("id").to_pylist()
    return _those(recording, layer, ids, fit_half(ids))


def _those(recording: Recording, layer: str, ids: list[str], among: npt.NDArray[np.bool_]) -> ReportedSet:
    samples = recording.samples
    positions = np.flatnonzero(among & (samples.predictions != NO_LABEL))
    return ReportedSet(
        recording,
        layer,
        positions,
        np.array([ids[each] for each in positions], np.str_),
        samples.labels[positions],
    )


def reported_of(study: StoredStudy, dataset: str, layer: str) -> ReportedSet:
    """What is reported of a dataset: `held_out` of the reference, `reported` of any other."""
    reference = study[study.reference]
    return (
        held_out(reference, layer)
        if dataset == study.reference
        else reported(study[dataset], layer, reference)
    )


def at_most(reported: ReportedSet, most: int) -> list[int]:
    """Positions of at most so many samples, ascending; twins the same ones."""
    order = np.argsort(order_of(list(reported.ids), SEED + 1), kind="stable")
    return [int(each) for each in np.sort(reported.positions[order[:most]])]


def of_each_category(reported: ReportedSet, most: int) -> list[int]:
    """Positions of at most so many samples that are classified as each category, ascending; twins the same ones."""
    predictions = reported.recording.samples.predictions[reported.positions]
    order = np.argsort(order_of(list(reported.ids), SEED + 1), kind="stable")
    chosen = [order[predictions[order] == category][:most] for category in np.unique(predictions)]
    return [int(each) for each in np.sort(reported.positions[np.concatenate(chosen)])] if chosen else []


def drawn_together(ours: ReportedSet, theirs: ReportedSet) -> bool:
    """Whether both are of the same ids, so that a resample can hold the same ones of both."""
    return len(ours) == len(theirs) and set(ours.ids) == set(theirs.ids)
