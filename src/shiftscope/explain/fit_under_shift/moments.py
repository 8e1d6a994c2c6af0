"""Means and covariances of a set's responses, in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.explain.fit_under_shift.sets import ReportedSet

FloatArray = npt.NDArray[np.float64]
MOST_UNITS = 2048  # of more the covariance is not computed: its directions would take minutes


@dataclass(frozen=True, eq=False)
class SetMoments:
    mean: FloatArray  # (unit,)
    category_means: FloatArray  # (category, unit); NaN for a category without samples
    covariance: FloatArray | None  # (unit, unit)
    halves: tuple[FloatArray, FloatArray] | None  # covariances of every other sample


def set_moments(reported: ReportedSet, categories: int) -> SetMoments:
    units = reported.recording.layer(reported.layer).units
    few = units <= MOST_UNITS
    counts, sums = np.zeros(categories, np.int64), np.zeros((categories, units))
    halves, products = np.zeros((2, units)), np.zeros((2, units, units) if few else 0)
    for places, _, _, rows in reported.blocks():
        labels, exact = reported.labels[places], rows.astype(np.float64)
        there = labels >= 0
        counts += np.bincount(labels[there], minlength=categories)
        np.add.at(sums, labels[there], exact[there])
        for half in (0, 1):
            mine = exact[(np.arange(places.start, places.stop) % 2) == half]
            halves[half] += mine.sum(0)
            if few:
                products[half] += mine.T @ mine
    samples = np.array([(len(reported) + 1) // 2, len(reported) // 2])
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums / counts[:, None]
        mean = halves.sum(0) / samples.sum()
        if not few or not samples.all():
            return SetMoments(mean, means, None, None)
        return SetMoments(
            mean,
            means,
            _covariance(products.sum(0), halves.sum(0), samples.sum()),
            (
                _covariance(products[0], halves[0], samples[0]),
                _covariance(products[1], halves[1], samples[1]),
            ),
        )


def _covariance(products: FloatArray, sums: FloatArray, samples: int) -> FloatArray:
    mean = sums / samples
    return products / samples - np.outer(mean, mean)
