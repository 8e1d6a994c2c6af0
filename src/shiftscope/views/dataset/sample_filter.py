"""Which of a dataset's samples are asked for."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, closest
from shiftscope.store.formats.samples import Samples

MOST_VALUES = 50  # of a metadata column, proposed while typing
READ_WHOLE = 20_000  # samples; of more the first alone is read for what may be asked


def metadata_mask(samples: Samples, condition: str) -> npt.NDArray[np.bool_]:
    """(sample,) whether a sample's metadata have a value, from COLUMN=VALUE; without a value, whether they have any.

    Raises
    ------
    BadRequest
        No sample has such a column.
    """
    name, equals, wanted = (part.strip() for part in condition.partition("="))
    columns = _columns(samples)
    if name not in columns:
        there = ", ".join(columns) or "none at all"
        raise BadRequest(
            f"no metadata column {name[:80]!r}; closest: {closest(name[:80], columns)}. There are: {there[:300]}."
        )
    values = columns[name]
    found = [value is not None and (not equals or value == wanted) for value in values]
    return np.array(found, bool)


def tag_mask(samples: Samples, tags: dict[str, frozenset[str]], wanted: str) -> npt.NDArray[np.bool_]:
    """(sample,) whether a sample has a tag."""
    having = {name for name, words in tags.items() if wanted in words}
    return np.array([name in having for name in samples.column("id").to_pylist()], bool)


def conditions(samples: Samples) -> list[str]:
    """What `metadata_mask` may be asked: each value of columns with few, the column alone of others."""
    if len(samples) > READ_WHOLE:
        return [f"{name}=" for name in samples[0].metadata]
    found: list[str] = []
    for name, values in _columns(samples).items():
        distinct = list(dict.fromkeys(value for value in values if value is not None))
        few = len(distinct) <= MOST_VALUES
        found += [f"{name}={value}" for value in distinct] if few else [f"{name}="]
    return found


@lru_cache(maxsize=8)  # text of each sample
def _columns(samples: Samples) -> dict[str, list[str | None]]:
    """Values as text by column, None where a sample has none."""
    known = samples.metadata()
    names = list(dict.fromkeys(name for each in known for name in each))
    return {name: [None if each.get(name) is None else str(each[name]) for each in known] for name in names}
