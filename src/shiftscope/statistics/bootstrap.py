"""Samples drawn again with replacement: how sure a score is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import SampleUnitArray, UnitArray

Draws = npt.NDArray[np.uint8]  # (resample, sample) how often each resample holds a sample


def draw_again(labels: npt.NDArray[np.int64], resamples: int, rng: np.random.Generator) -> Draws:
    """How often each of `resamples` bootstrap draws holds each sample; 256 times does not happen.

    Drawn within each label, so that every resample has as many samples of each category as the dataset, and
    as many without a label.

    Parameters
    ----------
    labels : (sample,) sorted
    """
    samples = len(labels)
    first = np.searchsorted(labels, labels, side="left")
    stratum = np.searchsorted(labels, labels, side="right") - first
    draws = np.empty((resamples, samples), np.uint8)
    for draw in draws:
        drawn = first + (rng.random(samples) * stratum).astype(np.int64)
        draw[:] = np.bincount(drawn, minlength=samples)
    return draws


def draw_all_again(samples: int, resamples: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """(resample, sample) as `draw_again` of samples that are one stratum; a seed gives other draws than there."""
    if not samples:
        return np.zeros((resamples, 0), np.int64)
    return rng.multinomial(samples, np.full(samples, 1 / samples), size=resamples)


def resampling_variance(influences: SampleUnitArray, labels: npt.NDArray[np.int64]) -> UnitArray:
    """(unit,) variance of a mean of influences when samples are drawn again within their labels, in closed form.

    Parameters
    ----------
    influences : (sample, unit)
    labels : (sample,) sorted

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, section 5.3: of a mean the bootstrap's own standard
    error is known.
    """
    starts = np.flatnonzero(np.r_[True, labels[1:] != labels[:-1]])
    counts = np.diff(np.r_[starts, len(labels)])
    by_unit = influences.T - influences.T.mean(axis=1, dtype=np.float64, keepdims=True)
    sums = np.add.reduceat(by_unit, starts, axis=1)
    # A stratum of n samples contributes n times the variance of one draw.
    squares = np.einsum("us,us->u", by_unit, by_unit) - np.einsum("us,us->u", sums, sums / counts)
    variance: UnitArray = np.maximum(squares, 0) / len(labels) ** 2
    return variance


def interval(resampled: npt.NDArray[Any], level: float) -> tuple[UnitArray, UnitArray]:
    """Percentiles of (resample, unit) values: (unit,) lower and upper ends of the central share `level`.

    Resamples in which the score is undefined are left out; NaN where it is undefined in all.

    References
    ----------
    Efron (1979), Bootstrap methods: another look at the jackknife.
    """
    ordered = np.sort(resampled.astype(np.float64), axis=0)  # NaN last
    last = np.count_nonzero(~np.isnan(ordered), axis=0) - 1
    ends = []
    for share in ((1 - level) / 2, (1 + level) / 2):
        place = np.maximum(last, 0) * share
        below = np.floor(place).astype(np.int64)
        above = np.minimum(below + 1, np.maximum(last, 0))
        low, high = (np.take_along_axis(ordered, at[None], axis=0)[0] for at in (below, above))
        with np.errstate(invalid="ignore"):  # both may be infinite, and the end is then
            ends.append(low + np.where(low == high, 0, high - low) * (place - below))
    return ends[0], ends[1]


def nearest_interval(resampled: npt.NDArray[Any], level: float) -> tuple[UnitArray, UnitArray]:
    """As `interval`, ends being values of single resamples: an infinite one stays so, and nothing is mixed with it."""
    ordered = np.sort(resampled.astype(np.float64), axis=0)  # NaN last
    last = np.maximum(np.count_nonzero(~np.isnan(ordered), axis=0) - 1, 0)
    low, high = (
        np.take_along_axis(ordered, np.rint(last * share).astype(np.int64)[None], axis=0)[0]
        for share in ((1 - level) / 2, (1 + level) / 2)
    )
    return low, high
