"""The same sample in two datasets, where their ids agree."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.outcomes.outcomes import Positions
from shiftscope.store.formats.samples import Samples

NONE = -1  # for a sample that has no twin


@lru_cache(maxsize=64)  # 8 bytes a sample
def twins(here: Samples, there: Samples) -> Positions:
    """(sample,) position in `there` of each sample of `here` that has the same id; NONE for one without.

    Where a single id stands for different labels in the two, ids are no names of the same things, and there are no
    twins at all. Nor is an id a name that a set has twice. Shared, so that it cannot be written to.
    """
    if here is there:
        found: Positions = np.arange(len(here))
    else:
        found = _of_one_id(here, there)
        has = np.flatnonzero(found >= 0)
        labels = here.labels[has], there.labels[found[has]]
        known = (labels[0] != NO_LABEL) & (labels[1] != NO_LABEL)
        if (labels[0] != labels[1])[known].any():
            found[:] = NONE
    found.flags.writeable = False
    return found


def _of_one_id(here: Samples, there: Samples) -> npt.NDArray[np.intp]:
    """(sample,) as `twins`, whatever the labels."""
    found = np.full(len(here), NONE, np.intp)
    once = _once(here)
    if here.column("id").equals(
        there.column("id")
    ):  # as of sets made from one another, without a look at each
        found[list(once.values())] = list(once.values())
        return found
    places = _once(there)
    for name, position in once.items():
        found[position] = places.get(name, NONE)
    return found


@lru_cache(maxsize=16)
def _once(samples: Samples) -> dict[str, int]:
    """Position by id, of ids that one sample alone has."""
    ids: list[str] = samples.column("id").to_pylist()
    last = {name: position for position, name in enumerate(ids)}
    if len(last) == len(ids):
        return last
    first = {name: position for position, name in reversed(list(enumerate(ids)))}
    return {name: position for name, position in last.items() if first[name] == position}
