"""Summaries of runs of shards, so that neither files nor their bytes pile up while a large dataset is recorded.

Sixteen neighbours are merged into one file as soon as all are there, then sixteen such files, and so on. A file
that a larger run covers, since somebody was interrupted or did a shard again, does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shiftscope.errors import StudyDamaged
from shiftscope.store.places import RecordingPlace
from shiftscope.store.writing.shard_summaries import read_partial, write_partial
from shiftscope.summaries.summary import States, merge_in_order, merge_runs

TOGETHER = 16  # a power of two, so that sums round as without runs


def merge_run_of(place: RecordingPlace, shard: int, shards: int) -> None:
    """Merge the runs that `shard`, one of `shards`, was the last one missing of.

    Any processes may do so at once: they write the same bytes, and the parts go when the whole has its name.

    Raises
    ------
    StudyDamaged
        A part cannot be read, though nobody has merged it.
    """
    size = 1
    while True:
        whole = TOGETHER * size
        first = shard - shard % whole
        if first + whole > shards:
            return
        merged = place.partial(first, whole)
        parts = [place.partial(start, size) for start in range(first, first + whole, size)]
        if not (merged.exists() or all(part.exists() for part in parts)):
            return
        if not merged.exists():
            try:
                write_partial(merged, merge_in_order(map(read_partial, parts)))
            except StudyDamaged:
                if not merged.exists():  # else another process was faster
                    raise
        for part in parts:
            part.unlink(missing_ok=True)
        size = whole


def merged_summaries(
    place: RecordingPlace, shards: int, again: Callable[[int], States] | None = None
) -> States:
    """The summaries of all shards, layer folder -> name -> state.

    Parameters
    ----------
    again
        Makes those of one shard once more, where a file of them is missing or damaged.

    Raises
    ------
    StudyDamaged
        A file is missing or damaged, and there is no `again`.
    """

    def of(first: int, size: int) -> States:
        try:
            return read_partial(place.partial(first, size))
        except StudyDamaged:
            if again is None:
                raise
            return merge_in_order(map(again, range(first, first + size)))

    return merge_runs((size.bit_length() - 1, of(first, size)) for first, size in runs(place, shards))


def runs(place: RecordingPlace, shards: int) -> Iterator[tuple[int, int]]:
    """First shard and number of shards of the largest runs that are there; 1 where there is none."""
    first = 0
    while first < shards:
        size = largest = 1
        while first % (size := TOGETHER * size) == 0 and first + size <= shards:
            if place.partial(first, size).exists():
                largest = size
        yield first, largest
        first += largest


def remove_runs(place: RecordingPlace) -> None:
    for path in place.partials():
        path.unlink(missing_ok=True)
