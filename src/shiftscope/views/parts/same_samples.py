"""The same samples in two datasets, told by their ids."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from shiftscope.store.formats.samples import Samples


def same_samples(here: Samples, positions: Iterable[int], there: Samples) -> dict[int, int]:
    """From positions in one dataset to those of the samples with the same ids in another, which may lack some.

    An id that stands twice in a dataset names no sample of it.
    """
    found = {}
    for position in map(int, positions):
        at = _by_id(there).get(here[position].id)
        if at is not None:
            found[position] = at
    return found


@lru_cache(maxsize=8)  # 200 bytes a sample
def _by_id(samples: Samples) -> dict[str, int]:
    positions: dict[str, int] = {}
    twice = set()
    for position, name in enumerate(samples.column("id").to_pylist()):
        if name in positions:
            twice.add(name)
        positions[name] = position
    return {name: position for name, position in positions.items() if name not in twice}
