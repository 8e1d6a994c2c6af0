"""How much features count for the categories of one dataset."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.resampled_means import mean_and_interval
from shiftscope.statistics.wilson import Z

FloatArray = npt.NDArray[np.float64]
RESAMPLES = 500


@dataclass(frozen=True, eq=False)
class SetImportance:
    """Each category's numbers are of the samples that are classified as it; NaN where there is none."""

    value: FloatArray  # (category, unit) mean size of the contribution
    low: FloatArray  # (category, unit) ends of its 95 % interval; NaN of fewer than two samples
    high: FloatArray
    signed: FloatArray  # (category, unit) mean contribution; NaN of a method that has no sign
    leads: FloatArray  # (category, unit) share of the samples of which no feature contributes more
    samples: FloatArray  # (category,)

    @property
    def share(self) -> FloatArray:
        """(category, unit) part of all features' importance for the category."""
        total = self.value.sum(axis=1, keepdims=True)
        return np.asarray(self.value / np.where(total > 0, total, np.nan))


FIELDS = tuple(field.name for field in dataclasses.fields(SetImportance))


@dataclass(frozen=True, eq=False)
class Sums:
    """Of contributions, over samples by the category that they are classified as; halves merge into the whole."""

    count: FloatArray  # (category,)
    sizes: FloatArray  # (category, unit)
    squares: FloatArray
    signed: FloatArray
    leads: FloatArray

    @classmethod
    def of(
        cls, contributions: npt.NDArray[np.floating], predictions: npt.NDArray[np.int64], categories: int
    ) -> Sums:
        """Of (sample, unit) contributions to the logit of (sample,) predictions."""
        found = contributions.astype(np.float64)
        sizes, samples = np.abs(found), np.arange(len(found))
        leads = np.zeros_like(found)
        if len(found):
            first = sizes.argmax(axis=1)
            leads[samples, first] = sizes[samples, first] > 0  # nothing leads where nothing contributes
        among = np.zeros((categories, len(found)))
        among[predictions, samples] = 1
        return cls(among.sum(axis=1), among @ sizes, among @ sizes**2, among @ found, among @ leads)

    def merge(self, later: Sums) -> Sums:
        return Sums(
            *(getattr(self, each.name) + getattr(later, each.name) for each in dataclasses.fields(self))
        )

    def importance(self) -> SetImportance:
        """Means, with the normal band of each."""
        count = np.where(self.count > 0, self.count, np.nan)[:, None]
        value = self.sizes / count
        variance = np.maximum(self.squares - count * value**2, 0) / np.where(count > 1, count - 1, np.nan)
        half = Z * np.sqrt(variance / count)
        return SetImportance(
            value,
            np.maximum(value - half, 0),
            value + half,
            self.signed / count,
            self.leads / count,
            self.count,
        )


def of_samples(
    contributions: FloatArray,
    predictions: npt.NDArray[np.int64],
    categories: int,
    rng: np.random.Generator,
    *,
    signed: bool,
) -> SetImportance:
    """From (sample, unit) contributions of a few samples, with bootstrap intervals over the samples.

    Parameters
    ----------
    contributions
        NaN throughout a sample of which nothing is known.
    signed
        Whether the contributions have a sign.
    """
    known = ~np.isnan(contributions).any(axis=1)
    contributions, predictions = contributions[known], predictions[known]
    sums = Sums.of(contributions, predictions, categories)
    found, sizes = sums.importance(), np.abs(contributions)
    low, high = np.full_like(found.value, np.nan), np.full_like(found.value, np.nan)
    for category in np.flatnonzero(sums.count > 1):
        _, low[category], high[category] = mean_and_interval(sizes[predictions == category], RESAMPLES, rng)
    nothing = np.full_like(found.value, np.nan)
    return dataclasses.replace(found, low=low, high=high, signed=found.signed if signed else nothing)
