"""Which cue each sample gets, dealt by the digest of its id: shares are exact to within one sample a category."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Categories = npt.NDArray[np.int64]  # (sample,) a category each


def by_association(
    ids: Sequence[str], labels: Categories, categories: int, association: float, seed: int
) -> Categories:
    """(sample,) the category whose cue it gets: its own, or with what the association leaves any one.

    Of a category's n samples in the order of digests the first `round(association n)` get their own cue. The rest are
    dealt all cues in turn, beginning with their own, so that at association 0 cue and label are independent.
    """
    dealt = labels.copy()
    for category, members in _members(ids, labels, seed):
        rest = members[round(association * len(members)) :]
        dealt[rest] = (category + np.arange(len(rest))) % categories
    return dealt


def in_conflict(ids: Sequence[str], labels: Categories, categories: int, seed: int) -> Categories:
    """(sample,) the category whose cue it gets: never its own, each of the others in equal number."""
    dealt = labels.copy()
    for category, members in _members(ids, labels, seed):
        dealt[members] = (category + 1 + np.arange(len(members)) % (categories - 1)) % categories
    return dealt


def _members(ids: Sequence[str], labels: Categories, seed: int) -> Iterator[tuple[int, npt.NDArray[np.intp]]]:
    """Each category with its samples, in the order of digests of seed and id."""
    digests = [hashlib.sha256(f"{seed}\0{one}".encode("utf-8", "surrogatepass")).digest() for one in ids]
    for category in np.unique(labels).tolist():
        members = np.flatnonzero(labels == category)
        yield category, np.array(sorted(members, key=lambda place: digests[place]), np.intp)
