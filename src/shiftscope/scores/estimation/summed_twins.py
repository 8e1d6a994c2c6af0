"""Scores of twins from sums over the pairs, where single responses were not kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.estimation.twin_set import FEWEST_PAIRS
from shiftscope.statistics.agresti_min import agresti_min
from shiftscope.statistics.exact_sign import exact_sign
from shiftscope.statistics.false_discoveries import false_discovery_shares
from shiftscope.statistics.mcnemar import mcnemar
from shiftscope.statistics.swap_test import EXACT_UP_TO
from shiftscope.statistics.two_sided import two_sided
from shiftscope.statistics.wilson import Z
from shiftscope.store.stored_recording import Recording
from shiftscope.summaries.twin_effects import TwinEffects

EQUAL = 1e-12  # variance over the mean square; below it rounding made it


def of_summed_twins(
    shifted: Recording, reference: Recording, layer: str, scores: Collection[str]
) -> dict[str, Estimate]:
    """Those of the scores that such sums give: twin change, twin increase and twin rate change, with p, q and normal
    intervals within labels. Empty where there are no sums of these two datasets."""
    stated = shifted.plan.twin_of
    effects = shifted.twin_effects(layer)
    if effects is None or stated is None or stated.fingerprint != reference.plan.fingerprint:
        return {}
    if not int(effects.count):
        return {}
    found = {
        "twin_change": _change(effects),
        "twin_increase": _increase(effects),
        "twin_rate_change": _rate(effects),
    }
    tested = int(effects.count) >= FEWEST_PAIRS
    return {name: _with_q(each, tested=tested) for name, each in found.items() if name in scores}


def _change(effects: TwinEffects) -> Estimate:
    pairs = int(effects.count)
    mean_square = effects.twins_squares / pairs
    variance = mean_square - (effects.twins / pairs) ** 2
    deviation = np.sqrt(np.where(variance > EQUAL * mean_square, variance, 0))
    scale = np.where(deviation > 0, deviation, np.where(effects.up + effects.down == 0, 1, np.nan))
    value = effects.change / pairs / scale
    half = (
        Z * np.sqrt(_variance(effects.change, effects.squares, effects.change_by_category, effects)) / scale
    )
    p = two_sided(effects.change, np.sqrt(effects.squares))
    # Of so few all exchanges cannot be tried, and the normal p is far off.
    p[effects.up + effects.down <= EXACT_UP_TO] = np.nan
    return Estimate(value, value - half, value + half, p)


def _increase(effects: TwinEffects) -> Estimate:
    pairs, differing = int(effects.count), effects.up + effects.down
    rise = (effects.up - effects.down) / 2
    value = 0.5 + rise / pairs
    half = Z * np.sqrt(_variance(rise, differing / 4, effects.rise_by_category / 2, effects))
    return Estimate(
        value, np.maximum(value - half, 0), np.minimum(value + half, 1), exact_sign(effects.up, effects.down)
    )


def _rate(effects: TwinEffects) -> Estimate:
    change, low, high = agresti_min(effects.on, effects.off, int(effects.count))
    p = np.full(len(change), np.nan)
    for unit in np.flatnonzero(effects.on + effects.off):
        p[unit] = mcnemar(int(effects.on[unit]), int(effects.off[unit]))
    return Estimate(change, low, high, p)


def _variance(
    total: npt.NDArray[np.float64],
    squares: npt.NDArray[np.float64],
    by_category: npt.NDArray[np.float64],
    effects: TwinEffects,
) -> UnitArray:
    """(unit,) of the mean over pairs that are drawn again within their labels, those without one among themselves."""
    there = effects.pairs > 0
    within = squares - (by_category[there] ** 2 / effects.pairs[there, None]).sum(axis=0)
    unlabelled = int(effects.count) - int(effects.pairs.sum())
    if unlabelled:
        within -= (total - by_category.sum(axis=0)) ** 2 / unlabelled
    return np.asarray(np.maximum(within, 0) / int(effects.count) ** 2, np.float64)


def _with_q(estimate: Estimate, *, tested: bool) -> Estimate:
    assert estimate.p is not None
    p = estimate.p if tested else np.full(len(estimate.p), np.nan)
    return replace(estimate, p=p, q=false_discovery_shares(p))
