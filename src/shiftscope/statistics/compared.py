"""Numbers of units, reference against shifted, over samples whose prediction is the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray
from shiftscope.statistics.bootstrap import draw_all_again, interval
from shiftscope.statistics.false_discoveries import false_discovery_shares
from shiftscope.statistics.wilson import wilson

FloatArray = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

RESAMPLES, LEVEL = 1_000, 0.95
PERMUTATIONS, MOST_PERMUTATIONS = 1_999, 100_000
ENOUGH_EXCEED = 10  # below, a p is refined by more permutations
AT_ONCE = 500  # permutations
LEAST_A_SIDE = 30  # for a test
FEW_KEPT = 0.1  # share of pairs, below which it is told with every number
LEAST_IN_CATEGORY = 5  # a side, for a category to be compared


@dataclass(frozen=True)
class KeptShare:
    """How many pairs keep their prediction, with the 95 % interval of their share; NaN without pairs."""

    kept: int
    pairs: int
    low: float
    high: float

    @property
    def changed(self) -> int:
        return self.pairs - self.kept

    def in_words(self) -> str:
        """How many, with the interval of their share, and what that leaves of tests and of what numbers hold for."""
        if not self.pairs:
            return "no pairs"
        share = self.kept / self.pairs
        said = f"{self.kept} of {self.pairs} pairs keep their prediction: "
        said += f"{100 * share:.0f} % ({100 * self.low:.0f} to {100 * self.high:.0f})"
        if self.kept < LEAST_A_SIDE:
            said += "; no test"
        return said + (
            f"; every number holds for {100 * share:.1f} % of the pairs" if share < FEW_KEPT else ""
        )


@dataclass(frozen=True, eq=False)
class Compared:
    """Effect per unit; NaN where nothing was measured, p and q also below 30 samples a side."""

    effect: UnitArray  # shifted - reference, or the distance of mean shares
    low: UnitArray  # NaN for distances, whose bootstrap does not cover
    high: UnitArray
    p: UnitArray
    q: UnitArray
    samples: npt.NDArray[np.int64]  # (unit,) on the smaller side


@dataclass(frozen=True, eq=False)
class Sides:
    """Samples of both sides, one after the other, and what may be exchanged without a shift."""

    values: FloatArray  # (row, unit, part): one part for numbers, one a level for shares
    shifted: npt.NDArray[np.bool_]  # (row,)
    categories: Labels  # (row,) codes from 0
    weights: FloatArray  # (category,)
    pairs: int | None = None  # rows i and i + pairs are one pair
    least: int = LEAST_IN_CATEGORY


def kept_share(reference: npt.NDArray[Any], shifted: npt.NDArray[Any]) -> KeptShare:
    """Of (pair,) predictions."""
    kept, pairs = int((reference == shifted).sum()), len(reference)
    low, high = wilson(kept, pairs)
    return KeptShare(kept, pairs, float(low), float(high))


def twins(reference: npt.ArrayLike, shifted: npt.ArrayLike, kept: npt.NDArray[np.bool_]) -> Sides:
    """Pairs of (pair, unit) numbers or (pair, unit, part) shares that `kept` selects; give its inverse for the others.

    A pair without a number on one side is left out for that unit.
    """
    both = np.stack([_parts(reference)[kept], _parts(shifted)[kept]])
    both[:, np.isnan(both).any(axis=(0, 3))] = np.nan
    pairs = both.shape[1]
    is_shifted = np.repeat([False, True], pairs)
    values = both.reshape(2 * pairs, *both.shape[2:])
    return Sides(values, is_shifted, np.zeros(2 * pairs, np.int64), np.ones(1), pairs, 1)


def matched(
    reference: npt.ArrayLike, predicted: Labels, shifted: npt.ArrayLike, predicted_shifted: Labels
) -> Sides:
    """Samples without twins, compared within predicted categories, which weigh as in the reference.

    Categories with fewer than 5 samples on a side are left out; for a unit, those with fewer that have its number.
    """
    names = [
        name
        for name in np.intersect1d(predicted, predicted_shifted)
        if min((predicted == name).sum(), (predicted_shifted == name).sum()) >= LEAST_IN_CATEGORY
    ]
    rows, rows_shifted = np.isin(predicted, names), np.isin(predicted_shifted, names)
    values = np.concatenate([_parts(reference)[rows], _parts(shifted)[rows_shifted]])
    is_shifted = np.repeat([False, True], [rows.sum(), rows_shifted.sum()])
    labels = np.concatenate([predicted[rows], predicted_shifted[rows_shifted]])
    weights = np.array([(predicted == name).sum() for name in names], np.float64)
    return Sides(values, is_shifted, np.searchsorted(names, labels).astype(np.int64), weights)


def difference(
    sides: Sides, rng: np.random.Generator, *, most_permutations: int = MOST_PERMUTATIONS
) -> Compared:
    """Difference of means with its bootstrap interval; p by exchanging sides of pairs, or within categories."""
    means = _Means(sides)
    shifted, ours = sides.shifted, _drawn_again(sides, rng)
    resampled = means(ours * shifted) - means(ours * ~shifted)
    low, high = interval(resampled[..., 0], LEVEL)
    return _tested(sides, means, lambda a, b: (b - a)[..., 0], low, high, rng, most_permutations)


def side_means(sides: Sides) -> tuple[FloatArray, FloatArray]:
    """(unit, part) means of the reference's side and of the shifted one, as they are compared; NaN without samples."""
    means = _Means(sides)
    return means(~sides.shifted[None])[0], means(sides.shifted[None])[0]


def distance(
    sides: Sides, rng: np.random.Generator, *, most_permutations: int = MOST_PERMUTATIONS
) -> Compared:
    """Jensen-Shannon distance of mean shares, 0 to 1; p by exchanging whole samples."""
    means = _Means(sides)
    unknown = np.full(sides.values.shape[1], np.nan)
    return _tested(sides, means, jensen_shannon, unknown, unknown, rng, most_permutations)


def jensen_shannon(ours: FloatArray, theirs: FloatArray) -> FloatArray:
    """(...,) root of the divergence in bits between shares along the last axis, 0 to 1."""
    middle = (ours + theirs) / 2
    total = sum(_bits(each, middle) for each in (ours, theirs)) / 2
    return np.asarray(np.sqrt(np.maximum(total, 0)))


class _Means:
    """(draw, unit, part) means over rows counted as often as (draw, row) says, each category weighted."""

    def __init__(self, sides: Sides) -> None:
        self.shape = sides.values.shape[1:]
        measured = np.asarray(~np.isnan(sides.values).any(axis=2))
        self.rows = [np.flatnonzero(sides.categories == c) for c in range(len(sides.weights))]
        self.measured = measured.astype(np.float64)
        self.values = np.where(measured[..., None], sides.values, 0).reshape(
            len(measured), int(np.prod(self.shape))
        )
        fewest = [
            np.minimum(
                measured[rows][sides.shifted[rows]].sum(0), measured[rows][~sides.shifted[rows]].sum(0)
            )
            for rows in self.rows
        ]
        used = [few * (few >= sides.least) for few in fewest]
        self.samples = np.sum(used, axis=0, dtype=np.int64) * np.ones(self.shape[0], np.int64)
        weights = [w * (few >= sides.least) for w, few in zip(sides.weights, fewest, strict=True)]
        total = np.sum(weights, axis=0) * np.ones(self.shape[0])
        self.weights = [each / np.where(total > 0, total, np.nan) for each in weights]
        self.nothing = np.where(total > 0, 0.0, np.nan)[:, None]

    def __call__(self, counts: npt.NDArray[Any]) -> FloatArray:
        answer = np.zeros((len(counts), *self.shape)) + self.nothing
        for rows, weight in zip(self.rows, self.weights, strict=True):
            chosen = counts[:, rows].astype(np.float64)
            sums = (chosen @ self.values[rows]).reshape(answer.shape)
            size = (chosen @ self.measured[rows])[..., None]
            mean = sums / np.where(size > 0, size, np.nan)
            answer += np.where(weight[:, None] > 0, weight[:, None] * mean, 0)
        return answer


def _tested(
    sides: Sides,
    means: _Means,
    statistic: Callable[[FloatArray, FloatArray], FloatArray],
    low: UnitArray,
    high: UnitArray,
    rng: np.random.Generator,
    most: int,
) -> Compared:
    def of(means: _Means, shifted: npt.NDArray[np.bool_]) -> FloatArray:
        return statistic(means(~shifted), means(shifted))

    effect = of(means, sides.shifted[None])[0]
    bar = np.abs(effect) * (1 - 1e-9)  # rounding must not tell equal draws apart
    tested = (means.samples >= LEAST_A_SIDE) & ~np.isnan(effect)
    exceed, permutations = np.zeros(len(effect)), np.zeros(len(effect))
    done, goal, refined = 0, min(PERMUTATIONS, most), np.flatnonzero(tested)
    while len(refined) and done < most:
        of_refined = _Means(replace(sides, values=sides.values[:, refined]))
        while done < goal:
            count = min(AT_ONCE, goal - done)
            drawn = np.abs(of(of_refined, _exchanged(sides, count, rng)))
            # An undefined draw counts against the effect.
            exceed[refined] += (~(drawn < bar[refined])).sum(axis=0)
            done += count
        permutations[refined] = done
        refined = refined[exceed[refined] < ENOUGH_EXCEED]
        goal = min(2 * goal, most)
    p = np.where(tested, (1 + exceed) / (1 + permutations), np.nan)
    return Compared(effect, low, high, p, false_discovery_shares(p), means.samples)


def _exchanged(sides: Sides, count: int, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """(draw, row) which rows are called shifted."""
    if sides.pairs is not None:
        swapped = rng.random((count, sides.pairs)) < 0.5
        return np.concatenate([swapped, ~swapped], axis=1)
    drawn = np.empty((count, len(sides.shifted)), bool)
    for category in range(len(sides.weights)):
        rows = np.flatnonzero(sides.categories == category)
        drawn[:, rows] = rng.permuted(np.tile(sides.shifted[rows], (count, 1)), axis=1)
    return drawn


def _drawn_again(sides: Sides, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """(resample, row) how often: pairs together, or within each side of each category."""
    if sides.pairs is not None:
        return np.tile(draw_all_again(sides.pairs, RESAMPLES, rng), (1, 2))
    drawn = np.empty((RESAMPLES, len(sides.shifted)), np.int64)
    for group in np.unique(2 * sides.categories + sides.shifted):
        rows = np.flatnonzero(2 * sides.categories + sides.shifted == group)
        drawn[:, rows] = draw_all_again(len(rows), RESAMPLES, rng)
    return drawn


def _parts(values: npt.ArrayLike) -> FloatArray:
    """(row, unit, part)"""
    array = np.asarray(values, np.float64)
    return array[..., None] if array.ndim == 2 else array


def _bits(of: FloatArray, against: FloatArray) -> FloatArray:
    ratio = np.divide(of, against, out=np.ones_like(of), where=(of > 0) & (against > 0))
    return np.asarray(np.where(np.isnan(of), np.nan, of * np.log2(ratio)).sum(axis=-1))
