"""What a unit answered to and what it answers to under a shift, from its mean response to each category."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

ALIKE = 0.8  # of the largest mean: categories that a unit answers to
NAMED = 3
OTHER_PROFILE = 0.5  # Pearson correlation below which a profile is another one
MORE, EACH, LESS = 1.5, 1.25, 0.6  # ratios of means: over all, of every category, over all

Way = Literal["other", "everything", "more", "less", "same"]


@dataclass(frozen=True)
class Answered:
    """How a unit's answers to the categories changed."""

    way: Way
    before: Sequence[int]  # categories it answered to, strongest first
    after: Sequence[int]
    ratio: float  # of its means over the categories; NaN where the first is not above 0 or the other below it, and
    # of a unit that responds on both sides of zero
    correlation: float  # of the two profiles


def answered(
    before: npt.NDArray[np.float64], after: npt.NDArray[np.float64], *, both_signs: bool = False
) -> Answered:
    """Compare a unit's mean response to each category in two datasets.

    *other*: the category it answers to most is another one, and the profiles correlate below 0.5. *everything*: the
    mean is at least 1.5 times as large, and that of every category at least 1.25 times; *more*: the former alone.
    *less*: the mean is at most 0.6 times as large. *same* otherwise.

    Parameters
    ----------
    before, after : (category,)
        NaN for a category without samples; categories that either lacks are left out.
    both_signs
        Whether the unit responds on both sides of zero, where its mean may lie as near to zero as it likes and no
        multiple of it has a sense.
    """
    known = np.flatnonzero(np.isfinite(before) & np.isfinite(after))
    m0, m1 = before[known], after[known]
    first, last = _answers_to(known, m0), _answers_to(known, m1)
    ratio = _ratio(m0, m1) if len(known) and not both_signs else math.nan
    correlation = _pearson(m0, m1)
    if first and last and first[0] != last[0] and correlation < OTHER_PROFILE:
        way: Way = "other"
    elif ratio >= MORE:
        way = "everything" if (m1 >= EACH * abs(m0)).all() else "more"
    else:
        way = "less" if ratio <= LESS else "same"
    return Answered(way, first, last, ratio, correlation)


def _ratio(m0: npt.NDArray[np.float64], m1: npt.NDArray[np.float64]) -> float:
    """NaN where a mean has no sense as a multiple: 0 is one of a unit that fell silent, not of means that cancel."""
    usual, now = float(m0.mean()), float(m1.mean())
    return now / usual if usual > 0 and (now > 0 or not m1.any()) else math.nan


def _answers_to(categories: npt.NDArray[np.intp], means: npt.NDArray[np.float64]) -> list[int]:
    """Those with a mean of at least 80 % of the largest, at most three, strongest first; none of a silent unit."""
    if not len(means) or not means.max() > 0:
        return []
    strongest = np.argsort(-means, kind="stable")[:NAMED]
    return [int(categories[at]) for at in strongest if means[at] >= ALIKE * means.max()]


def _pearson(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> float:
    """NaN where either does not vary."""
    x, y = x - x.mean() if len(x) else x, y - y.mean() if len(y) else y
    size = math.sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / size if size > 0 else math.nan
