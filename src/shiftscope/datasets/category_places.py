"""Where one list of category names stands in another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from shiftscope.errors import DataError, closest


def category_places(own: Sequence[str], categories: Sequence[str]) -> npt.NDArray[np.int64]:
    """(own category,) the index in `categories` that each of a source's own categories has.

    By name where every name is among `categories`: a shifted set may have fewer, in another order. Otherwise
    by position, if there are as many: "0 - zero" and "0" are two ways to write one category.

    Raises
    ------
    DataError
        Neither.
    """
    named = {name: index for index, name in reversed(list(enumerate(categories)))}
    unique = len(set(own)) == len(own)
    if list(own) != list(categories) and unique and all(name in named for name in own):
        return np.array([named[name] for name in own], dtype=np.int64)
    if len(own) != len(categories):
        stranger = next((name for name in own if name not in named), own[0])
        raise DataError(
            f"the data has {len(own)} categories of its own, and {len(categories)} are asked for; "
            f"{stranger!r} is not one of them, closest: {closest(stranger, categories)}. "
            "Rename its categories, or give labels= in terms of yours."
        )
    return np.arange(len(own), dtype=np.int64)
