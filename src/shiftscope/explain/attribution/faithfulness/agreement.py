"""Whether measures of faithfulness rank methods alike, and whether one method may be called the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.errors import ShapeError
from shiftscope.statistics.average_ranks import average_ranks
from shiftscope.statistics.bootstrap import interval
from shiftscope.statistics.kendall_w import kendall_w
from shiftscope.statistics.resampled_means import LEVEL, resampled_means
from shiftscope.statistics.spearman import spearman

FloatArray = npt.NDArray[np.float64]

RESAMPLES = 1_000
FEWEST = 3  # methods, and metrics, below which there is no W
LEAST_W = 0.5  # at the lower end of the interval, for a best method
LEAST_AHEAD = 0.95  # of the resamples


@dataclass(frozen=True, eq=False)
class Agreement:
    """Ranks of methods by metrics, 1 the best, from means over the samples that have every number."""

    methods: tuple[str, ...]
    metrics: tuple[str, ...]
    samples: int
    ranks: FloatArray  # (method, metric)
    correlations: FloatArray  # (metric, metric) Spearman's, of the mean scores of the methods
    w: float  # Kendall's, NaN with fewer than three methods or metrics
    w_low: float
    w_high: float
    mean_ranks: FloatArray  # (method,) over the metrics
    spreads: FloatArray  # (method,) standard deviation over the metrics; NaN of one metric
    ahead: float  # share of resamples in which the first method's mean rank is below every other's

    @property
    def order(self) -> npt.NDArray[np.intp]:
        """(method,) by mean rank, the first of equal ones first."""
        return np.argsort(self.mean_ranks, kind="stable")

    @property
    def best(self) -> str | None:
        """The method that may be called the best; most often there is none."""
        named = self.w_low > LEAST_W and self.ahead >= LEAST_AHEAD
        return self.methods[self.order[0]] if named else None

    @property
    def verdict(self) -> str:
        """A sentence that says whether a method is the best, and if not, why."""
        if np.isnan(self.mean_ranks).any():
            return "no sample has every number: no ranks."
        if np.isnan(self.w):
            return (
                f"{len(self.methods)} methods and {len(self.metrics)} metrics: ranks only, "
                f"agreement needs {FEWEST} of both."
            )
        said = f"W = {self.w:.2f}, {self.w_low:.2f} to {self.w_high:.2f}"
        if not self.w_low > LEAST_W:
            return f"the metrics disagree ({said}): no method is named best."
        first = self.methods[self.order[0]]
        often = f"in {100 * self.ahead:.0f} % of resamples"
        if self.best is None:
            return (
                f"the metrics agree ({said}), but {first} has the lowest mean rank only {often}: "
                "no method is named best."
            )
        return f"{first} is best: the metrics agree ({said}), and its mean rank is the lowest {often}."


def agreement(
    scores: FloatArray,
    methods: Sequence[str],
    metrics: Sequence[str],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Agreement:
    """Rank methods by each metric, and compare the rankings.

    Parameters
    ----------
    scores : (method, metric, sample)
        Larger is better; NaN where a sample has no number, which leaves it out for all.

    References
    ----------
    Klein et al. (2024), Navigating the Maze of Explainable AI: A Systematic Approach to Evaluating Methods and Metrics.
    """
    if scores.shape[:2] != (len(methods), len(metrics)):
        raise ShapeError(f"scores of {scores.shape} for {len(methods)} methods and {len(metrics)} metrics.")
    measured = ~np.isnan(scores).any(axis=(0, 1))
    by_sample = np.moveaxis(scores[:, :, measured], 2, 0)
    samples = len(by_sample)
    ranks = _ranks(by_sample.mean(axis=0)) if samples else np.full(scores.shape[:2], np.nan)
    drawn = (
        _ranks(resampled_means(by_sample, resamples, np.random.default_rng(seed)))
        if samples
        else np.full((resamples, *ranks.shape), np.nan)
    )
    mean_ranks = ranks.mean(axis=1)
    first = int(np.argsort(mean_ranks, kind="stable")[0])
    others = np.delete(drawn.mean(axis=2), first, axis=1)
    ahead = drawn.mean(axis=2)[:, first] < others.min(axis=1, initial=np.inf)
    w, low, high = _w(ranks, drawn)
    return Agreement(
        tuple(methods),
        tuple(metrics),
        samples,
        ranks,
        np.asarray(spearman(ranks.T[:, None], ranks.T[None])),
        w,
        low,
        high,
        mean_ranks,
        ranks.std(axis=1, ddof=1) if len(metrics) > 1 else np.full(len(methods), np.nan),
        float(ahead.mean()) if samples else np.nan,
    )


def _ranks(means: FloatArray) -> FloatArray:
    """(..., method, metric) ranks of the methods, largest mean first."""
    return np.moveaxis(average_ranks(-np.moveaxis(means, -1, -2)), -1, -2)


def _w(ranks: FloatArray, drawn: FloatArray) -> tuple[float, float, float]:
    if min(ranks.shape) < FEWEST:
        return np.nan, np.nan, np.nan
    of_draws = kendall_w(np.moveaxis(drawn, -1, -2))
    low, high = interval(of_draws[:, None], LEVEL)
    return float(kendall_w(ranks.T)), float(low[0]), float(high[0])
