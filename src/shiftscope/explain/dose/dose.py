"""Dose and response of the units of a layer along a ladder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import CategoryUnitArray, UnitArray
from shiftscope.explain.dose.ladder import Ladder
from shiftscope.scores.estimation.resampled_dataset import ResampledDataset
from shiftscope.statistics.bootstrap import nearest_interval
from shiftscope.statistics.false_discoveries import false_discovery_shares
from shiftscope.store.stored_study import StoredStudy
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.moments import Moments
from shiftscope.tuning.half_strength import half_strength, kept_area
from shiftscope.tuning.selective_response import (
    median_of_those_with_one,
    own_and_rest,
    preferred_category,
    selective_response,
    shares_left,
)
from shiftscope.tuning.trend import trend, trend_p

FloatArray = npt.NDArray[np.float64]

RESAMPLES, SEED = 200, 0
INTERVAL = 0.95  # share of the resamples inside an interval
UNITS_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class Dose:
    """What the strength of a shift does to each unit of a layer.

    NaN where there is nothing to measure: a unit whose selective response is not surely above 0 at the first rung has
    no half strength and no area. A half strength that the last rung does not reach is infinite. Ends of intervals, p
    and q are NaN where single responses were not kept; p and q also where the rungs do not show the same samples.
    """

    strengths: FloatArray  # (rung,)
    preferred: npt.NDArray[
        np.int64
    ]  # (unit,) category at the first rung; -1 where fewer than two have samples
    mean: FloatArray  # (rung, unit) mean response
    own: FloatArray  # (rung, unit) mean response to the preferred category
    rest: FloatArray  # (rung, unit) mean of the mean responses to the others
    half: UnitArray
    half_low: UnitArray
    half_high: UnitArray
    area: UnitArray
    area_low: UnitArray
    area_high: UnitArray
    trend: UnitArray
    p: UnitArray
    q: UnitArray
    losses: FloatArray  # (resample,) of the layer

    @property
    def censored(self) -> npt.NDArray[np.bool_]:
        """(unit,) whether half of the selective response is still there at the last rung."""
        return np.isinf(self.half)

    @property
    def measured(self) -> npt.NDArray[np.bool_]:
        """(unit,) whether there was a selective response to lose."""
        return ~np.isnan(self.area)

    @property
    def shares(self) -> FloatArray:
        """(rung, unit) what is left of the selective response."""
        return shares_left(self.own - self.rest, self.measured)

    @property
    def loss(self) -> float:
        """1 less the median kept area of the units; NaN where none has one."""
        return 1 - float(median_of_those_with_one(self.area))

    @property
    def median_half(self) -> float:
        """Median half strength of the units; infinite unless more than half of them reach it."""
        return float(median_of_those_with_one(self.half))

    def above_half(self, level: float) -> FloatArray:
        """(rung,) share of the measured units that still have more than `level`; NaN where there are none."""
        left = self.shares[:, self.measured]
        return (left > level).mean(axis=1) if left.shape[1] else np.full(len(left), np.nan)


@dataclass(frozen=True)
class _Block:
    """Some units of a layer, at every rung."""

    first: FloatArray  # (resample, unit) selective response at the first rung
    half: FloatArray  # (resample, unit)
    area: FloatArray
    p: UnitArray


def dose_of(
    study: StoredStudy,
    ladder: Ladder,
    layer: str,
    *,
    level: float,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    advance: Callable[[int], None] = lambda units: None,
) -> Dose:
    """The dose of a layer, from its category sums, with intervals from its responses where they are kept.

    Samples are drawn within labels; the same ones at all rungs where they show the same.
    """
    recordings = [study[name] for name in ladder.rungs]
    sums = [each.summary(layer, CategorySums) for each in recordings]
    mean = np.stack([each.summary(layer, Moments).mean() for each in recordings])
    there = np.flatnonzero(np.all([each.count > 0 for each in sums], axis=0))
    means = [each.means()[there] for each in sums]
    units = mean.shape[1]
    nothing = np.full(units, np.nan)
    preferred, own, rest = _responses(means, units)
    first_low, ends = nothing, {"half": (nothing, nothing), "area": (nothing, nothing)}
    p, area_resampled = nothing, np.empty((0, units))
    if all(each.keeps_responses for each in recordings):
        sets = [
            ResampledDataset(
                each, layer, resamples, np.random.default_rng([seed, 0 if ladder.same_samples else place])
            )
            for place, each in enumerate(recordings)
        ]
        blocks = []
        for start in range(0, units, UNITS_AT_ONCE):
            some = range(start, min(start + UNITS_AT_ONCE, units))
            blocks.append(_block(sets, some, there, preferred[some.start : some.stop], ladder, level))
            advance(len(some))
        first = np.concatenate([each.first for each in blocks], axis=1)
        first_low, _ = nearest_interval(first, INTERVAL)
        area_resampled = np.concatenate([each.area for each in blocks], axis=1)
        half_resampled = np.concatenate([each.half for each in blocks], axis=1)
        ends = {
            "half": nearest_interval(half_resampled, INTERVAL),
            "area": nearest_interval(area_resampled, INTERVAL),
        }
        p = np.concatenate([each.p for each in blocks])
    else:
        advance(units)
    measured = ~(first_low <= 0)  # also where nothing is known of the interval
    shares = shares_left(own - rest, measured)
    half, area = half_strength(ladder.strengths, shares, level=level), kept_area(ladder.strengths, shares)
    half_low, half_high = _around(half, *ends["half"])
    area_low, area_high = _around(area, *ends["area"])
    some_measured = np.where(np.isnan(area), np.nan, area_resampled)
    return Dose(
        strengths=ladder.strengths,
        preferred=there[preferred] if len(there) >= 2 else np.full(units, -1),
        mean=mean,
        own=own,
        rest=rest,
        half=half,
        half_low=half_low,
        half_high=half_high,
        area=area,
        area_low=area_low,
        area_high=area_high,
        trend=trend(mean),
        p=p,
        q=false_discovery_shares(p),
        losses=1 - median_of_those_with_one(some_measured),
    )


def _responses(
    means: list[CategoryUnitArray], units: int
) -> tuple[npt.NDArray[np.int64], FloatArray, FloatArray]:
    """(unit,) preferred category, and (rung, unit) responses to it and to the others; NaN with fewer than two."""
    if len(means[0]) < 2:
        nothing = np.full((len(means), units), np.nan)
        return np.zeros(units, np.int64), nothing, nothing
    preferred = preferred_category(means[0])
    parts = [own_and_rest(each, preferred) for each in means]
    return preferred, np.stack([own for own, _ in parts]), np.stack([rest for _, rest in parts])


def _block(
    sets: list[ResampledDataset],
    units: range,
    there: npt.NDArray[np.intp],
    preferred: npt.NDArray[np.int64],
    ladder: Ladder,
    level: float,
) -> _Block:
    read = [each.read(units) for each in sets]
    selective = np.stack(
        [selective_response(each.means_of(each.dataset.draws)[there], preferred) for each in read]
    )
    shares = shares_left(selective)
    p = (
        trend_p(np.stack([each.responses for each in read]))
        if ladder.same_samples
        else np.full(len(units), np.nan)
    )
    return _Block(
        selective[0],
        half_strength(ladder.strengths, shares, level=level),
        kept_area(ladder.strengths, shares),
        p,
    )


def _around(value: UnitArray, low: UnitArray, high: UnitArray) -> tuple[UnitArray, UnitArray]:
    """The interval made to hold its value; none where there is no value."""
    nothing = np.isnan(value)
    return np.where(nothing, np.nan, np.minimum(low, value)), np.where(
        nothing, np.nan, np.maximum(high, value)
    )
