"""Units that a shift made different: counted by the conditions that the layer page then filters by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.units.unit_filter import Condition, conditions, passing
from shiftscope.views.parts.units.unit_numbers import UnitNumbers


@dataclass(frozen=True)
class Difference:
    """One way in which units can differ."""

    score: str
    verb: str  # what such units do
    criterion: str  # in words
    where: str  # the same, as a filter of the layer page
    help: str

    @cached_property
    def conditions(self) -> Sequence[Condition]:
        """The filter, read once for all pages."""
        return conditions(self.where)


DIFFERENCES = (
    Difference(
        "shift_auroc",
        "respond more or less strongly",
        "q < 0.05, shift AUROC outside 0.4 to 0.6",
        "shift_auroc.q < 0.05, shift_auroc outside 0.4 to 0.6",
        "The unit's response alone separates the two sets, surely and by more than a little.",
    ),
    Difference(
        "spurious",
        "prefer other categories",
        "scrambled preference above 0.5 with its whole interval",
        "spurious.low > 0.5",
        "The order of the categories the unit responds to is more lost than preserved, beyond what sampling alone "
        "makes of it: the interval allows for the floor, and a flat unit is never among them.",
    ),
)


Differences = Sequence[tuple[Difference, int]]  # ways in which units differ, and how many do


def differing(selection: Selection, dataset: str) -> Differences:
    """How many units of the layer differ in each way; a way that cannot be told is left out: without single
    responses there are no intervals and no tests."""
    numbers = UnitNumbers(replace(selection, focus=dataset))
    return [
        (difference, int(passing(difference.conditions, numbers, {}).sum()))
        for difference in DIFFERENCES
        if not np.isnan(numbers.measure(difference.score).estimate.low).all()
    ]
