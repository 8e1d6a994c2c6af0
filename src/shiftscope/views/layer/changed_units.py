"""How many units of a layer changed in which way, and which of them most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shiftscope.scores.score import unit_scores
from shiftscope.views.parts.units.differing import DIFFERENCES, Difference
from shiftscope.views.parts.units.unit_filter import passing
from shiftscope.views.parts.units.unit_numbers import UnitNumbers


@dataclass(frozen=True)
class Found:
    """How many units changed in one way beyond chance, and which of them most."""

    difference: Difference
    units: int
    most: int | None
    fell: bool = False  # whether that one's score lies below what no change makes of it


def changed_units(numbers: UnitNumbers) -> list[Found]:
    """Each way that can be told; none without single responses."""
    return [
        _found(numbers, difference)
        for difference in DIFFERENCES
        if not np.isnan(numbers.measure(difference.score).estimate.low).all()
    ]


def most_units_first(found: Sequence[Found]) -> list[Found]:
    """The way in which most units changed first; those of no unit left out."""
    return sorted((each for each in found if each.units), key=lambda each: -each.units)


def _found(numbers: UnitNumbers, difference: Difference) -> Found:
    units = np.flatnonzero(passing(difference.conditions, numbers, {}))
    if not len(units):
        return Found(difference, 0, None)
    apart = numbers.measure(difference.score).estimate.value[units] - (
        unit_scores[difference.score].null or 0.0
    )
    most = int(np.abs(apart).argmax())
    return Found(difference, len(units), int(units[most]), bool(apart[most] < 0))
