"""Mean response of each unit over a set of samples, and how sure a difference of two such means is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray
from shiftscope.statistics.standard_error import standard_error


@dataclass(frozen=True)
class SetMean:
    """Of a set read block by block: the means of two parts merge into the mean of the whole."""

    samples: int
    mean: UnitArray  # (unit,) NaN for an empty set
    squares: UnitArray  # (unit,) sum of squared deviations from the mean

    @classmethod
    def of(cls, responses: npt.NDArray[Any]) -> SetMean:
        """Of a block of (sample, unit) responses."""
        values = responses.astype(np.float64)
        if not len(values):
            return cls(0, np.full(values.shape[1], np.nan), np.zeros(values.shape[1]))
        mean = values.mean(axis=0)
        return cls(len(values), mean, ((values - mean) ** 2).sum(axis=0))

    def merge(self, later: SetMean) -> SetMean:
        """The mean over both sets, which share no sample.

        References
        ----------
        Chan, Golub & LeVeque (1979), Updating formulae and a pairwise algorithm for computing sample variances.
        """
        if not (self.samples and later.samples):
            return later if later.samples else self
        samples = self.samples + later.samples
        apart = later.mean - self.mean
        return SetMean(
            samples,
            self.mean + apart * (later.samples / samples),
            self.squares + later.squares + apart**2 * (self.samples * later.samples / samples),
        )

    def variance(self) -> UnitArray:
        """(unit,) of single responses, n - 1 in the denominator; NaN for fewer than two samples."""
        return self.squares / (self.samples - 1) if self.samples > 1 else np.full_like(self.squares, np.nan)

    def at(self, units: npt.ArrayLike) -> SetMean:
        """The same for some of the units."""
        chosen = np.asarray(units, np.intp)
        return SetMean(self.samples, self.mean[chosen], self.squares[chosen])


@dataclass(frozen=True)
class Difference:
    value: UnitArray  # (unit,) first mean minus second
    low: UnitArray  # (unit,) NaN where there is no interval
    high: UnitArray

    def times(self, factors: UnitArray) -> Difference:
        """Each unit's difference times a number of either sign."""
        ends = np.sort(np.stack([self.low * factors, self.high * factors]), axis=0)
        return Difference(self.value * factors, ends[0], ends[1])


def welch(first: SetMean, second: SetMean) -> Difference:
    """The first mean minus the second with its 95 % interval, which allows for unequal spread.

    No interval where either set has fewer than two samples. Where nothing varies in either set the interval has no
    width.

    References
    ----------
    Welch (1947), The generalization of "Student's" problem when several different population variances are involved.
    """
    from scipy.special import stdtrit  # late: its import would cost the viewer its first quarter second

    value = first.mean - second.mean
    if min(first.samples, second.samples) < 2:
        nothing = np.full_like(value, np.nan)
        return Difference(value, nothing, nothing)
    sets = first, second
    error, freedom = standard_error([each.variance() for each in sets], [each.samples for each in sets])
    half = error * stdtrit(freedom, 0.975)
    return Difference(value, value - half, value + half)
