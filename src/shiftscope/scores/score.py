"""What a unit score is, and what it may read."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from shiftscope.arrays import UnitArray
from shiftscope.registry import Registry
from shiftscope.scores.shares import over_reference_maximum
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.maxima import Maxima

if TYPE_CHECKING:
    from shiftscope.store.recording import Recording

Reads = Literal["maxima", "profiles"]


@dataclass(frozen=True)
class UnitScore:
    """A named function from two datasets to one number per unit; a larger one means more of what its name says."""

    name: str
    reads: Reads
    measured_in: str
    compute: Callable[[Any, Any], UnitArray]

    @property
    def help(self) -> str:
        """How it is computed: the first paragraph of the function's docstring."""
        return " ".join((inspect.getdoc(self.compute) or "").split("\n\n")[0].split())


unit_scores: Registry[UnitScore] = Registry("score", "shiftscope.scores")


def unit_score(
    *, reads: Reads, measured_in: str
) -> Callable[[Callable[..., UnitArray]], Callable[..., UnitArray]]:
    """Enter a score under its function's name.

    Parameters
    ----------
    reads
        What `shifted` and `reference` will be: "maxima", (unit,) largest responses; or "profiles",
        (category, unit) mean responses over the reference maximum, categories with samples in both only.
    measured_in
        The unit of the number: "ratio", "bits".
    """

    def enter(compute: Callable[..., UnitArray]) -> Callable[..., UnitArray]:
        unit_scores.enter(compute.__name__, UnitScore(compute.__name__, reads, measured_in, compute))
        return compute

    return enter


def score_units(shifted: Recording, reference: Recording, layer: str) -> dict[str, UnitArray]:
    """Every score of every unit of a layer, by name; NaN where a unit has none."""
    maxima = [recording.summary(layer, Maxima).largest for recording in (shifted, reference)]
    read: dict[Reads, tuple[Any, Any]] = {
        "maxima": (maxima[0], maxima[1]),
        "profiles": profiles(
            shifted.summary(layer, CategorySums),
            reference.summary(layer, CategorySums),
            reference_maximum=maxima[1],
        ),
    }
    return {name: score.compute(*read[score.reads]) for name, score in unit_scores.items()}


def profiles(
    shifted: CategorySums, reference: CategorySums, *, reference_maximum: UnitArray
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Mean response of each unit to each category over the reference maximum, (category, unit) twice.

    Only categories with samples in both sets, so that a missing one is not taken for a change. A unit
    whose reference maximum is not above zero has no profile: NaN.
    """
    present = (shifted.count > 0) & (reference.count > 0)
    ours, theirs = shifted.means()[present], reference.means()[present]
    return (
        over_reference_maximum(ours, reference_maximum),
        over_reference_maximum(theirs, reference_maximum),
    )
