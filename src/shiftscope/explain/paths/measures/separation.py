"""How far apart and how mixed the categories' path statistics are, in two numbers and the spread of each.

The mean divergence over all pairs needs no pairs: what one category adds to all the others cancels but for
C sum_a p_a L_a - sum_a p_a sum_b L_b, so it is computed category by category.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from shiftscope.explain.paths.counting.count import Counter
from shiftscope.explain.paths.counting.map_inputs import MapInputs
from shiftscope.explain.paths.measures.frequencies import Frequencies
from shiftscope.threads import shared

BINS = 50  # of the histogram of path frequencies
RARE, FREQUENT = 0.05, 0.95


@dataclass(frozen=True, eq=False)
class Separation:
    """Path statistics of each category and of all together, in the last row; NaN without samples."""

    samples: npt.NDArray[np.int64]  # (row,)
    entropy: npt.NDArray[np.float64]  # (row,) nats, mean over paths
    density: npt.NDArray[np.float64]  # (row,) mean frequency of a path
    rare: npt.NDArray[np.float64]  # (row,) share of paths in less than 5 % of samples
    frequent: npt.NDArray[np.float64]  # (row,) share of paths in more than 95 %
    histogram: npt.NDArray[np.int64]  # (row, bin) paths by frequency from 0 to 1
    mean_kl: (
        float  # nats, over ordered pairs of categories; NaN with fewer than two, infinite without smoothing
    )

    @property
    def mean_entropy(self) -> float:
        """Mean over the categories with samples, nats."""
        known = self.samples[:-1] > 0
        return float(self.entropy[:-1][known].mean()) if known.any() else float("nan")


def separation(
    counter: Counter, entering: MapInputs, categories: int, frequencies: Frequencies
) -> Separation:
    """Count category by category; memory is that of a few numbers a path."""
    from shiftscope.explain.paths.measures.transform import add_category

    samples = entering.samples(categories)
    outputs, columns = counter.shape
    sums = np.zeros((outputs, columns, 3))
    total = np.zeros((outputs, columns), np.int64)
    rows: list[_Row] = []
    never, always = (
        np.zeros((outputs, columns), np.int32) for _ in range(2)
    )  # categories, without smoothing
    buffer = np.zeros(counter.padded, np.uint32)
    for first, last in entering.runs(samples):
        here = samples[first:last].tolist()
        for count, counts in zip(here, counter.each(entering.of(first, last), here, buffer), strict=True):
            if not count:
                rows.append(_Row.missing())
                continue
            table = frequencies.of(np.arange(count + 1), count)
            logit = np.log(table) - np.log1p(-table)
            levels = np.zeros((outputs, count + 1), np.int64)
            add = partial(add_category, counts, columns, table, logit, sums, total, levels)
            shared(add, outputs, counts.size)
            if frequencies.smoothing == "none":
                never += counts[:, :columns] == 0
                always += counts[:, :columns] == count
            rows.append(_Row.of(levels.sum(axis=0), count, frequencies))
    everything = int(samples.sum())
    levels_of_all = (
        np.bincount(total.ravel(), minlength=everything + 1) if everything else np.zeros(1, np.int64)
    )
    rows.append(_Row.of(levels_of_all, everything, frequencies) if everything else _Row.missing())
    present = int((samples > 0).sum())
    mean = float("nan")
    if present > 1:
        p, logits, products = np.moveaxis(sums, 2, 0)
        apart = present * products.sum() - (p * logits).sum()
        mean = max(0.0, float(apart / (present * (present - 1) * outputs * columns)))
        some = [(each > 0) & (each < present) for each in (never, always)]
        if frequencies.smoothing == "none" and np.any(some):
            mean = float("inf")
    return Separation(
        samples=np.append(samples, everything),
        entropy=np.array([row.entropy for row in rows]),
        density=np.array([row.density for row in rows]),
        rare=np.array([row.rare for row in rows]),
        frequent=np.array([row.frequent for row in rows]),
        histogram=np.stack([row.histogram for row in rows]),
        mean_kl=mean,
    )


@dataclass(frozen=True, eq=False)
class _Row:
    """What the numbers of paths by their count tell of one category."""

    entropy: float
    density: float
    rare: float
    frequent: float
    histogram: npt.NDArray[np.int64]

    @classmethod
    def of(cls, levels: npt.NDArray[np.int64], samples: int, frequencies: Frequencies) -> _Row:
        paths, at = levels.sum(), np.arange(samples + 1) / samples
        bins = np.minimum((np.arange(samples + 1) * BINS) // samples, BINS - 1)
        return cls(
            float(levels @ frequencies.entropies(samples) / paths),
            float(levels @ at / paths),
            float(levels[at < RARE].sum() / paths),
            float(levels[at > FREQUENT].sum() / paths),
            np.bincount(bins, levels, BINS).astype(np.int64),
        )

    @classmethod
    def missing(cls) -> _Row:
        nothing = float("nan")
        return cls(nothing, nothing, nothing, nothing, np.zeros(BINS, np.int64))
