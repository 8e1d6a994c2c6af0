"""Means over samples drawn again with replacement."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.bootstrap import draw_again, interval

LEVEL = 0.95


def resampled_means(
    values: npt.NDArray[np.floating[Any]], resamples: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """(resample, ...) means of (sample, ...) over the samples that have a value; NaN where none of a draw has.

    A draw takes the same samples for all numbers, so that they can be compared within it.
    """
    samples, *shape = values.shape
    by_sample = values.reshape(samples, -1).astype(np.float64)
    measured = ~np.isnan(by_sample)
    draws = draw_again(np.zeros(samples, np.int64), resamples, rng).astype(np.float64)
    counts = draws @ measured
    sums = draws @ np.where(measured, by_sample, 0)
    return np.asarray((sums / np.where(counts > 0, counts, np.nan)).reshape(resamples, *shape))


def mean_and_interval(
    values: npt.NDArray[np.floating[Any]], resamples: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(...) mean over the samples that have a value, and the ends of its 95 % bootstrap interval; NaN without any."""
    measured = ~np.isnan(values)
    counts = measured.sum(axis=0)
    sums = np.where(measured, values, 0).sum(axis=0, dtype=np.float64)
    mean = np.asarray(sums / np.where(counts > 0, counts, np.nan))
    if not len(values):
        return mean, mean, mean
    drawn = resampled_means(values, resamples, rng)
    low, high = interval(drawn.reshape(resamples, -1), LEVEL)
    return mean, low.reshape(mean.shape), high.reshape(mean.shape)
