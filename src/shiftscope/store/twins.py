"""Samples of two datasets that were made from the same original."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from shiftscope.errors import StudyDamaged
from shiftscope.store.formats.samples import NO_TWIN
from shiftscope.store.stored_study import StoredStudy

Rows = npt.NDArray[np.intp]
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


@dataclass(frozen=True)
class Twins:
    """Pairs of samples, in the order of the originals.

    Several pairs with one original are a cluster: they are no independent samples.
    """

    ours: Rows  # (pair,) rows of the one dataset
    theirs: Rows  # (pair,) rows of the other
    originals: Rows  # (pair,) row of the dataset that both were made from, rising

    def __len__(self) -> int:
        return len(self.ours)

    @property
    def clustered(self) -> bool:
        """Whether an original has several pairs."""
        return len(np.unique(self.originals)) < len(self.originals)


def twin_of(study: StoredStudy, dataset: str) -> str | None:
    """The dataset of the study that a dataset's samples are twins of; None where it names none, or that one is gone or
    has been replaced by another."""
    stated = study[dataset].plan.twin_of
    other = study.manifest.now_named(stated.dataset) if stated else None
    if stated is None or other is None or other not in study or other == dataset:
        return None
    try:
        return other if study[other].plan.fingerprint == stated.fingerprint else None
    except StudyDamaged:
        return None


def have_twins(study: StoredStudy, ours: str, theirs: str) -> bool:
    """Whether two datasets come from the same one, or one from the other."""
    return ours != theirs and lineage(study, ours)[-1] == lineage(study, theirs)[-1]


def twins_digest(study: StoredStudy, ours: str, theirs: str) -> str:
    """Of what decides the pairs, beside the two datasets themselves; empty where there are none."""
    if not have_twins(study, ours, theirs):
        return ""
    told = [study[name].digest for each in (ours, theirs) for name in lineage(study, each)]
    return hashlib.sha256(" ".join(told).encode()).hexdigest()


def twins_between(study: StoredStudy, ours: str, theirs: str) -> Twins | None:
    """All pairs of a sample of the one dataset and one of the other that have the same original; None where the two
    datasets have nothing to do with one another.

    Raises
    ------
    NotInStudy
        No such dataset.
    """
    if not have_twins(study, ours, theirs):
        return None
    own, other = _originals(study, ours), _originals(study, theirs)
    return _joined(own, other)


def first_twin(study: StoredStudy, ours: str, row: int, theirs: str) -> int | None:
    """Row of the first sample of `theirs` that has the same original as one of `ours`, without pairing all of them;
    `NO_TWIN` where there is none, None where the two datasets have nothing to do with one another."""
    if not have_twins(study, ours, theirs):
        return None
    original = _originals(study, ours)[row]
    if original == NO_TWIN:
        return NO_TWIN
    found = np.flatnonzero(_originals(study, theirs) == original)
    return int(found[0]) if len(found) else NO_TWIN


def lineage(study: StoredStudy, dataset: str) -> list[str]:
    """A dataset, the one that it is a twin of, the one that that one is a twin of, and so on."""
    return list(_upwards(study, dataset))


def _upwards(study: StoredStudy, dataset: str) -> Iterator[str]:
    seen: set[str] = set()
    above: str | None = dataset
    while above is not None and above not in seen:  # a study from a stranger may go round
        seen.add(above)
        yield above
        above = twin_of(study, above)


def _originals(study: StoredStudy, dataset: str) -> Rows:
    """(sample,) row of each sample's original in the first dataset of all, `NO_TWIN` where there is none."""
    first, *above = lineage(study, dataset)
    rows = np.arange(study[first].plan.samples)
    below = first
    for name in above:
        own, samples = study[below].samples.twins, study[name].plan.samples
        there = np.where((own >= 0) & (own < samples), own, NO_TWIN)
        rows = np.where(rows >= 0, there[rows], NO_TWIN)
        below = name
    return rows


def _joined(own: Rows, other: Rows) -> Twins:
    """Of each original that both have, as many pairs as the one that has more of it has samples; the samples of the
    other take turns."""
    shared = np.intersect1d(own, other)
    shared = shared[shared != NO_TWIN]
    sides = [_by_original(rows, shared) for rows in (own, other)]
    pairs = np.maximum(*(count for _, _, count in sides))
    turn = np.arange(pairs.sum()) - np.repeat(np.cumsum(pairs) - pairs, pairs)
    ours, theirs = (
        order[np.repeat(first, pairs) + turn % np.repeat(count, pairs)] for order, first, count in sides
    )
    return Twins(ours, theirs, np.repeat(shared, pairs))


def _by_original(rows: Rows, shared: Rows) -> tuple[Rows, Rows, Rows]:
    """Samples in the order of their originals; where those of each shared one begin, and how many there are."""
    order = np.argsort(rows, kind="stable")
    first, end = (np.searchsorted(rows[order], shared, side=side) for side in SIDES)
    return order, first, end - first
