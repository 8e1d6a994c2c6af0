"""Numbers in a few bins, to be coloured."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np


def bin_of(value: float, edges: Sequence[float]) -> int | None:
    """How many of the edges are at or below a value; None where there is no value."""
    return None if math.isnan(value) else bisect_right(edges, value)


def quantile_edges(values: Sequence[float], bins: int) -> list[float]:
    """The edges between bins that hold as many values each; NaN is no value.

    Equal values share a bin, so that there may be fewer edges.
    """
    known = np.sort([value for value in values if not math.isnan(value)])
    if len(known) < 2:
        return []
    shares = np.arange(1, bins) / bins
    edges = np.interp(shares * (len(known) - 1), np.arange(len(known)), known)
    return sorted({float(edge) for edge in edges if edge > known[0]})
