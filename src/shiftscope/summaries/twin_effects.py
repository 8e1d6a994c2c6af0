"""By how much a shift changes each unit's response to a sample, summed over the samples and their twins."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import CategoryUnitArray, SampleUnitArray, UnitArray
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.summary import Block, axes, of_twins

Counts = npt.NDArray[np.int64]


@of_twins.named("twin_effects")
@dataclass(frozen=True)
class TwinEffects:
    """What the scores of twins need where the single responses of a shifted set are not kept.

    An effect is the response to a sample minus that to its twin.
    """

    count: Counts = axes(kind="i", low=0)  # pairs
    pairs: Counts = axes("category", kind="i", low=0)  # by the label of the shifted sample
    change: UnitArray = axes("unit")  # sum of the effects
    squares: UnitArray = axes("unit")
    change_by_category: CategoryUnitArray = axes("category", "unit")
    up: Counts = axes("unit", kind="i", low=0)  # pairs with an effect above 0
    down: Counts = axes("unit", kind="i", low=0)
    rise_by_category: CategoryUnitArray = axes("category", "unit")  # pairs that go up less those that go down
    on: Counts = axes("unit", kind="i", low=0)  # pairs in which only the shifted sample fires the unit
    off: Counts = axes("unit", kind="i", low=0)
    twins: UnitArray = axes("unit")  # sum of the responses to the twins
    twins_squares: UnitArray = axes("unit")

    @classmethod
    def of(
        cls,
        shifted: SampleUnitArray,
        twins: SampleUnitArray,
        labels: npt.NDArray[np.int64],
        categories: int,
    ) -> TwinEffects:
        """Of (pair, unit) finite responses, exactly as stored."""
        ours, theirs = (np.asarray(side, np.float64) for side in (shifted, twins))
        effects = ours - theirs
        rises = np.sign(effects)
        by_category, by_sign = (_by_category(each, labels, categories) for each in (effects, rises))
        return cls(
            count=np.array(len(effects), np.int64),
            pairs=by_category.count,
            change=effects.sum(axis=0),
            squares=np.einsum("pu,pu->u", effects, effects),
            change_by_category=by_category.total,
            up=_counted(rises > 0),
            down=_counted(rises < 0),
            rise_by_category=by_sign.total,
            on=_counted((ours > 0) & (theirs <= 0)),
            off=_counted((ours <= 0) & (theirs > 0)),
            twins=theirs.sum(axis=0),
            twins_squares=np.einsum("pu,pu->u", theirs, theirs),
        )

    def merge(self, later: TwinEffects) -> TwinEffects:
        return TwinEffects(
            **{each.name: getattr(self, each.name) + getattr(later, each.name) for each in fields(self)}
        )


def _by_category(values: SampleUnitArray, labels: npt.NDArray[np.int64], categories: int) -> CategorySums:
    return CategorySums.of(Block(values, np.arange(len(values)), labels, categories))


def _counted(there: npt.NDArray[Any]) -> Counts:
    return np.asarray(np.count_nonzero(there, axis=0), np.int64)
