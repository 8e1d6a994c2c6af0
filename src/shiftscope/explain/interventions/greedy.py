"""Which units to silence, one after the other."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from shiftscope.explain.interventions.silencing import (
    Counts,
    Shown,
    likelier_without_each,
    right_without_each,
)
from shiftscope.statistics.mcnemar import mcnemar

FOLDS = 5
CHANCE = 0.05  # p-value above which a gain is taken for chance
PATIENCE = 5  # steps in a row that may gain nothing
UNITS_AT_ONCE = 64  # of which the reference is looked at


def greedy_path(
    shifted: Shown,
    reference: Shown,
    weight: npt.NDArray[np.float32],
    *,
    margin: float,
    most: int,
    advance: Callable[[int], None] = lambda steps: None,
) -> list[int]:
    """Units in the order in which silencing them helps.

    Each next one is the unit that, silent beside those before it, leaves most shifted samples right while the
    accuracy on the reference stays within the margin; of equal ones the one whose silence, to first order, makes the
    labels likeliest. No step loses a shifted sample. A few may gain none, as two units often help only together;
    the path ends with the last step that gained one.

    Parameters
    ----------
    weight : (category, unit)
    margin
        By how much the share of right answers to the reference may fall, from 0 to 1.
    advance
        Told of every step, of `most` in all.
    """
    path: list[int] = []
    units = np.arange(weight.shape[1])
    needed = math.ceil(reference.right().sum() - margin * len(reference) - 1e-9)
    most_right, worth = int(shifted.right().sum()), 0
    while len(path) < most and len(units) and len(path) - worth < PATIENCE:
        right = right_without_each(shifted, weight, units)
        now = int(shifted.right().sum())
        best = _best(right, now, shifted, reference, weight, units, needed)
        if best is None:
            break
        path.append(int(units[best]))
        if right[best] > most_right:
            most_right, worth = int(right[best]), len(path)
        shifted, reference = (shown.without(path[-1], weight) for shown in (shifted, reference))
        units = np.delete(units, best)
        advance(1)
    advance(most - len(path))
    return path[:worth]


def _best(
    right: Counts,
    now: int,
    shifted: Shown,
    reference: Shown,
    weight: npt.NDArray[np.float32],
    units: npt.NDArray[np.intp],
    needed: int,
) -> int | None:
    """Which of `units` to silence next; None where each loses a shifted sample or too many of the reference."""
    for count in np.unique(right[right >= now])[::-1]:
        equal = np.flatnonzero(right == count)
        if len(equal) > 1:
            equal = equal[np.argsort(-likelier_without_each(shifted, weight, units[equal]), kind="stable")]
        for start in range(0, len(equal), UNITS_AT_ONCE):
            some = equal[start : start + UNITS_AT_ONCE]
            allowed = right_without_each(reference, weight, units[some]) >= needed
            if allowed.any():
                return int(some[np.argmax(allowed)])
    return None


def worthwhile_length(
    shifted: tuple[Shown, npt.NDArray[np.int64]],
    reference: tuple[Shown, npt.NDArray[np.int64]],
    weight: npt.NDArray[np.float32],
    *,
    margin: float,
    most: int,
    advance: Callable[[int], None] = lambda steps: None,
) -> int:
    """How many steps of the greedy path are worth taking, by cross-validation; 0 where none is.

    A path is chosen on all folds but one and its gain counted on that one, for each fold, since the best of many
    units gains something by chance. Lengths that keep the reference within the margin compete. Where McNemar's test
    of the best one does not reach 5 % on these answers, no length is worth it; else the smallest whose gain is within
    one standard error of the best one's.

    Parameters
    ----------
    shifted, reference
        Samples, and the fold of each, (sample,).
    advance
        Told of every step, of `FOLDS` times `most` in all.

    References
    ----------
    Breiman, Friedman, Olshen & Stone (1984), Classification and Regression Trees, section 3.4.3: the rule of one
    standard error.
    """
    changes: list[list[npt.NDArray[np.int64]]] = [[], []]  # per fold (length, sample): +1 fixed, -1 broken
    for fold in range(FOLDS):
        ours, theirs = (shown.of(folds != fold) for shown, folds in (shifted, reference))
        path = greedy_path(ours, theirs, weight, margin=margin, most=most, advance=advance)
        for held, (shown, folds) in zip(changes, (shifted, reference), strict=True):
            held.append(_changes_along(shown.of(folds == fold), weight, path, most))
    gain, fall = (np.concatenate(held, axis=1) for held in changes)
    gained, discordant = gain.sum(axis=1), np.abs(gain).sum(axis=1)
    kept = -fall.sum(axis=1) <= margin * fall.shape[1] + 1e-9
    best = int(np.argmax(np.where(kept, gained, -np.inf)))
    fixed, broken = (int((gain[best] == sign).sum()) for sign in (1, -1))
    if fixed <= broken or mcnemar(fixed, broken) > CHANCE:
        return 0
    error = math.sqrt(discordant[best] - gained[best] ** 2 / gain.shape[1])
    return int(np.flatnonzero(kept & (gained >= gained[best] - error))[0])


def _changes_along(
    shown: Shown, weight: npt.NDArray[np.float32], path: list[int], most: int
) -> npt.NDArray[np.int64]:
    """(length, sample) 1 where an answer is fixed after so many steps, -1 where it is broken.

    A path that ended early stays as it was at its end.
    """
    before = shown.right().astype(np.int64)
    changes = np.zeros((most + 1, len(shown)), np.int64)
    for length, unit in enumerate(path, 1):
        shown = shown.without(unit, weight)
        changes[length:] = shown.right() - before
    return changes
