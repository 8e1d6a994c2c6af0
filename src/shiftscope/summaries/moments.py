"""Count, sum and sum of squares of each unit's responses, and how often it fires."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray
from shiftscope.summaries.summary import Block, axes, summaries


@summaries.named("moments")
@dataclass(frozen=True)
class Moments:
    count: npt.NDArray[np.int64] = axes(kind="i", low=0)
    total: UnitArray = axes("unit")
    squares: UnitArray = axes("unit")
    fired: npt.NDArray[np.int64] = axes("unit", kind="i", low=0)  # samples with a response above zero

    @classmethod
    def of(cls, block: Block) -> Moments:
        responses = block.responses
        return cls(
            count=np.array(len(responses), np.int64),
            total=responses.sum(axis=0, dtype=np.float64),
            squares=np.einsum("su,su->u", responses, responses, dtype=np.float64),
            fired=np.count_nonzero(responses > 0, axis=0).astype(np.int64),
        )

    def merge(self, later: Moments) -> Moments:
        return Moments(
            self.count + later.count,
            self.total + later.total,
            self.squares + later.squares,
            self.fired + later.fired,
        )

    def mean(self) -> UnitArray:
        """(unit,) mean response; NaN where no sample was seen."""
        return _per_sample(self.total, self.count)

    def firing_rate(self) -> UnitArray:
        """(unit,) share of samples with a response above zero; NaN where no sample was seen."""
        return _per_sample(self.fired, self.count)


def _per_sample(
    totals: npt.NDArray[np.float64] | npt.NDArray[np.int64], count: npt.NDArray[np.int64]
) -> UnitArray:
    return totals / count if count else np.full(totals.shape, np.nan)
