"""What each unit adds, through a linear head, to one category's logit over another's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray


@dataclass(frozen=True)
class Argument:
    """Why the logit of one category is above that of another, unit by unit."""

    by_unit: UnitArray  # (unit,) in logits; positive argues for the first category
    bias: float
    difference: float  # of the logits, as the model gave them

    @property
    def residual(self) -> float:
        """What units and bias do not explain: rounding of the stored responses."""
        return self.difference - float(self.by_unit.sum()) - self.bias


def argument(
    responses: npt.NDArray[Any],
    logits: npt.NDArray[Any],
    weight: npt.NDArray[Any],
    bias: npt.NDArray[Any],
    *,
    category: int,
    against: int,
) -> Argument:
    """Contribution of each unit to the logit of `category` minus that of `against`.

    A unit contributes its response times the difference of its weights into the two; contributions and bias sum
    to the difference of the logits.

    Parameters
    ----------
    responses : (unit,)
        Of one sample, or their mean over a set.
    logits : (category,)
        Of the same sample, or their mean over the same set.
    weight, bias : (category, unit), (category,)
        The head, as `StoredStudy.head` holds it.
    """
    by_unit = responses.astype(np.float64) * (weight[category].astype(np.float64) - weight[against])
    return Argument(
        by_unit,
        float(bias[category]) - float(bias[against]),
        float(logits[category]) - float(logits[against]),
    )


def fell_silent(before: UnitArray, after: UnitArray) -> npt.NDArray[np.bool_]:
    """(unit,) whether a unit argued for the other category before, and adds less than a third of that after."""
    return (before < 0) & (np.abs(after) < np.abs(before) / 3)


def took_over(before: UnitArray, after: UnitArray) -> npt.NDArray[np.bool_]:
    """(unit,) whether a unit argues for the category after, and added less than a third of that before."""
    return (after > 0) & (np.abs(before) < np.abs(after) / 3)


def contrast(confused: Argument, right: Argument) -> Argument:
    """How the argument on confused samples differs from that on samples classified right: the units that turn one
    category into the other. The bias, the same in both, drops out."""
    return Argument(confused.by_unit - right.by_unit, 0.0, confused.difference - right.difference)
