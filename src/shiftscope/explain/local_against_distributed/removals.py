"""What is lost with what is most active in each sample."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.bootstrap import interval
from shiftscope.statistics.resampled_means import LEVEL, resampled_means

FloatArray = npt.NDArray[np.float64]
FEATURE, UNIT, RANDOM = ROWS = ("strongest feature", "strongest unit", "random direction")
RESAMPLES = 1000


@dataclass(frozen=True, eq=False)
class Removals:
    """Of each sample, in the order of `ROWS`."""

    logits: FloatArray  # (row, sample) by how much the predicted category's logit falls
    probabilities: FloatArray  # (row, sample) by how much its probability does
    flips: FloatArray  # (row, sample) whether another category is predicted
    removed: npt.NDArray[np.int64]  # (feature or unit, sample) which one
    positions: npt.NDArray[np.int64]  # (sample,)

    @property
    def samples(self) -> int:
        return len(self.positions)

    def estimates(self, seed: int = 0) -> list[Lost]:
        """A row each, with intervals from the same resamples."""
        values = np.stack([self.logits, self.probabilities, self.flips]).transpose(2, 1, 0)
        if not len(values):
            nothing = Estimated(*[float("nan")] * 3)
            return [Lost(row, nothing, nothing, nothing, nothing) for row in ROWS]
        drawn = resampled_means(values, RESAMPLES, np.random.default_rng(seed))
        means = values.mean(axis=0)
        unit = ROWS.index(UNIT)
        found = []
        for place, row in enumerate(ROWS):
            logit, probability, flips = (
                _estimated(means[place, each], drawn[:, place, each]) for each in range(3)
            )
            ratio = _ratio(means[place, 0], means[unit, 0], drawn[:, place, 0], drawn[:, unit, 0])
            found.append(Lost(row, logit, probability, flips, ratio))
        return found


FIELDS = tuple(field.name for field in dataclasses.fields(Removals))


@dataclass(frozen=True)
class Estimated:
    """A mean with its 95 % bootstrap interval over samples."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Lost:
    """What one of `ROWS` costs."""

    row: str
    logit: Estimated
    probability: Estimated
    flips: Estimated
    ratio: Estimated  # of the logit's drop by that without the strongest unit; NaN where that is none


def _estimated(mean: float, drawn: FloatArray) -> Estimated:
    low, high = interval(drawn[:, None], LEVEL)
    return Estimated(float(mean), float(low[0]), float(high[0]))


def _ratio(mean: float, by: float, drawn: FloatArray, drawn_by: FloatArray) -> Estimated:
    if not by > 0:
        return Estimated(*[float("nan")] * 3)
    return _estimated(mean / by, drawn / np.where(drawn_by > 0, drawn_by, np.nan))
