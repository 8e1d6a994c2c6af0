"""Answers that a shift broke, fixed or changed, pair of twins by pair."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.statistics.agresti_min import agresti_min
from shiftscope.statistics.clusters import Clusters
from shiftscope.statistics.false_discoveries import false_discovery_shares
from shiftscope.statistics.mcnemar import mcnemar
from shiftscope.statistics.swap_test import swap_test
from shiftscope.store.formats.samples import Samples

if TYPE_CHECKING:
    from shiftscope.store.twins import Twins

FEWEST = 10  # pairs of a category that is told by itself


@dataclass(frozen=True)
class TwinAnswers:
    """What became of the answers to samples of the reference under the shift.

    Parameters
    ----------
    pairs
        Of labelled samples that were both answered.
    fixed, broken
        Pairs that turned from wrong to right, and from right to wrong.
    changed
        Pairs that are wrong both times, with another answer.
    difference, low, high
        Of the accuracies, shifted minus reference, with its 95 % interval (Agresti and Min).
    p
        That as many would be broken as fixed: McNemar's; of clusters, whose originals count and not the pairs, the
        exchange test of their means. NaN where nothing is fixed or broken.
    """

    pairs: int
    fixed: int
    broken: int
    changed: int
    difference: float
    low: float
    high: float
    p: float


def twin_answers(shifted: Samples, reference: Samples, twins: Twins) -> TwinAnswers:
    """Of all pairs with the label of the reference on both sides."""
    return _counted(*_answered(shifted, reference, twins)[:-1])


def twin_answers_by_category(
    shifted: Samples, reference: Samples, twins: Twins
) -> tuple[dict[int, TwinAnswers], dict[int, float]]:
    """The same of each category with 10 pairs or more, and q by category (Benjamini and Hochberg)."""
    ours, theirs, originals, labels = _answered(shifted, reference, twins)
    found = {}
    for category in np.unique(labels).tolist():
        own = labels == category
        if own.sum() >= FEWEST:
            found[category] = _counted(ours[own], theirs[own], originals[own])
    q = false_discovery_shares(np.array([each.p for each in found.values()]))
    return found, dict(zip(found, q.tolist(), strict=True))


Answers = npt.NDArray[np.int64]  # (pair,) prediction, NO_LABEL for the right one


def _answered(
    shifted: Samples, reference: Samples, twins: Twins
) -> tuple[Answers, Answers, npt.NDArray[np.intp], npt.NDArray[np.int64]]:
    """Of both sides the answers, the originals and the labels of the pairs that count."""
    labels = reference.labels[twins.theirs]
    ours, theirs = shifted.predictions[twins.ours], reference.predictions[twins.theirs]
    counted = (
        (labels != NO_LABEL)
        & (labels == shifted.labels[twins.ours])
        & (ours != NO_LABEL)
        & (theirs != NO_LABEL)
    )
    labels = labels[counted]
    right_as_none = (np.where(side[counted] == labels, NO_LABEL, side[counted]) for side in (ours, theirs))
    return *right_as_none, twins.originals[counted], labels


def _counted(ours: Answers, theirs: Answers, originals: npt.NDArray[np.intp]) -> TwinAnswers:
    right, before = ours == NO_LABEL, theirs == NO_LABEL
    fixed, broken = int((right & ~before).sum()), int((before & ~right).sum())
    clusters = Clusters.of(originals)
    effects = clusters.mean((right.astype(np.float64) - before)[:, None])
    gained, lost = (float(np.maximum(sign * effects, 0).sum()) for sign in (1, -1))
    difference, low, high = (float(each) for each in agresti_min(gained, lost, len(clusters)))
    if not fixed + broken:
        p = math.nan
    elif len(clusters) == len(ours):
        p = mcnemar(fixed, broken)
    else:
        p = float(swap_test(effects)[0])
    changed = int((~right & ~before & (ours != theirs)).sum())
    return TwinAnswers(len(ours), fixed, broken, changed, difference, low, high, p)
