"""Numbers of a set in comparison with the held-out reference, from how each of their samples is told."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.explain.fit_under_shift.numbers import Numbers
from shiftscope.explain.fit_under_shift.resampled import resampled_means
from shiftscope.explain.fit_under_shift.told import Told
from shiftscope.statistics.bootstrap import interval

RESAMPLES, SEED, LEVEL = 400, 0, 0.95
FEWEST_OF_CATEGORY = 30
NULL_SPLITS, NULL_LEVEL = 50, 0.90
FloatArray = npt.NDArray[np.float64]
Order = npt.NDArray[np.intp]


def numbers_of(ours: Told, reference: Told, order: Order, theirs: Order, *, paired: bool) -> Numbers:
    """Of one set and one way of telling its rows; intervals over samples, about the set's mean as it is.

    Parameters
    ----------
    order, theirs
        Of the samples of the set and of the reference by their ids.
    paired
        Both are of the same ids, which are drawn together.
    """
    mine, other = (_columns(each) for each in (ours, reference))
    values = _of_means(mine.mean(0), other.mean(0)) if len(mine) and len(other) else np.full(5, np.nan)
    again = _of_means(
        resampled_means(mine, order, RESAMPLES, SEED),
        resampled_means(other, theirs, RESAMPLES, SEED if paired else SEED + 1),
    )
    low, high = interval(again, LEVEL)
    low, high = np.minimum(low, values), np.maximum(high, values)
    fvu, error_ratio, fvu_ratio, kept, lost = ((values[i], low[i], high[i]) for i in range(5))
    with np.errstate(invalid="ignore", divide="ignore"):
        quietness = _mean(ours.spreads) / np.float64(_mean(reference.spreads))
    told = (*fvu, *error_ratio, *fvu_ratio, quietness, *kept, _mean(ours.control), *lost, _mean(ours.kl))
    return Numbers(float(len(mine)), *map(float, told))


def _columns(told: Told) -> FloatArray:
    """(sample, quantity)"""
    return np.stack([told.errors, told.spreads, told.kept, told.control], axis=1)


def _of_means(ours: FloatArray, reference: FloatArray) -> FloatArray:
    """(..., number) FVU, error ratio, FVU ratio, kept and lost, of mean quantities."""
    errors, spreads, kept, control = np.moveaxis(ours, -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        fvu = np.where(spreads > 0, errors / spreads, np.nan)
        theirs = np.where(reference[..., 1] > 0, reference[..., 0] / reference[..., 1], np.nan)
        return np.stack([fvu, errors / reference[..., 0], fvu / theirs, kept, control - kept], axis=-1)


def per_category_fvu(ours: Told, labels: npt.NDArray[np.int64], categories: int) -> FloatArray:
    """(category,) about the category's own mean; NaN below 30 samples."""
    there = labels >= 0
    counted = (
        np.bincount(labels[there], each[there], categories)
        for each in (np.ones(len(labels)), ours.errors, ours.within)
    )
    samples, errors, spreads = counted
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((samples >= FEWEST_OF_CATEGORY) & (spreads > 0), errors / spreads, np.nan)


def null_band(reference: Told) -> FloatArray:
    """(error ratio, FVU ratio, difference of kept; end) of two random halves of the reference, 90 % of 50 splits."""
    columns, rng = _columns(reference), np.random.default_rng(SEED)
    found = []
    for _ in range(NULL_SPLITS if len(columns) > 1 else 0):
        order = rng.permutation(len(columns))
        one, other = (columns[half].mean(0) for half in np.array_split(order, 2))
        found.append([*_of_means(one, other)[1:3], one[2] - other[2]])
    if not found:
        return np.full((3, 2), np.nan)
    return np.stack(interval(np.array(found), NULL_LEVEL), axis=1)


def auroc(ours: FloatArray, reference: FloatArray) -> float:
    """Probability that a sample of ours has the larger number, ties by half; NaN where a set is empty."""
    from scipy.stats import rankdata

    ours, reference = ours[~np.isnan(ours)], reference[~np.isnan(reference)]
    if not len(ours) or not len(reference):
        return float("nan")
    ranks = rankdata(np.r_[ours, reference])[: len(ours)]
    return float((ranks.sum() - len(ours) * (len(ours) + 1) / 2) / (len(ours) * len(reference)))


def residual_shares(told: Told) -> FloatArray:
    """(sample,) ‖a − â‖ / ‖a‖; NaN for a row of zeros."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sqrt(told.errors / np.where(told.sizes > 0, told.sizes, np.nan))


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if len(values) else float("nan")
