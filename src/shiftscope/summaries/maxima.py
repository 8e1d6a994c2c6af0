"""Largest and smallest response of each unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shiftscope.arrays import UnitArray
from shiftscope.summaries.summary import Block, axes, summaries


@summaries.named("maxima")
@dataclass(frozen=True)
class Maxima:
    """Extremes over all samples; NaN where no sample was seen."""

    largest: UnitArray = axes("unit")
    smallest: UnitArray = axes("unit")

    @classmethod
    def of(cls, block: Block) -> Maxima:
        if not len(block.responses):
            nothing = np.full(block.responses.shape[1], np.nan)
            return cls(nothing, nothing)
        # Minus zero becomes zero: which of the two is the larger would depend on their order.
        largest, smallest = block.responses.max(axis=0), block.responses.min(axis=0)
        return cls(largest.astype(float) + 0.0, smallest.astype(float) + 0.0)

    def merge(self, later: Maxima) -> Maxima:
        return Maxima(np.fmax(self.largest, later.largest), np.fmin(self.smallest, later.smallest))
