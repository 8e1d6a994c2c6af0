"""What a unit score is, and what it may read."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeVar, get_args

import numpy as np

from shiftscope.arrays import SampleUnitArray, UnitArray
from shiftscope.registry import Registry

OfSummaries = Literal["maxima", "profiles", "matched profiles", "rank correlation", "one profile"]
OfSamples = Literal["responses", "steps", "contributions"]
OfTwins = Literal["twins", "twin steps"]
OfMaps = Literal["maps"]
Reads = OfSummaries | OfSamples | OfTwins | OfMaps


@dataclass(frozen=True)
class Measured:
    """What a score of single samples returns."""

    value: UnitArray  # (unit,)
    # (sample, unit) for each of the two sets, or (original, unit) of twins: by how much the value moves for a unit of
    # weight on this sample. Only differences within a set count.
    influences: tuple[SampleUnitArray, ...]
    p: UnitArray | None = None  # (unit,) two-sided; None for a score that tests nothing
    ends: tuple[UnitArray, UnitArray] | None = None  # (unit,) of an interval of its own; None: by resampling
    # (original, unit) the two parts of the influences of twins, as they would count if the sets were not paired.
    apart: tuple[SampleUnitArray, SampleUnitArray] | None = None


@dataclass(frozen=True)
class UnitScore:
    """A named function from datasets to one number per unit; a larger one means more of what its name says."""

    name: str
    reads: Reads
    measured_in: str
    null: float | None  # the value that means no change or no difference; None where no value does
    within: tuple[float, float]  # smallest and largest value there can be
    version: int  # of the formula
    compute: Callable[..., Any]
    title: str  # as people read it, its name in it where that says less
    high: str  # what a large value means, as the end of "High:"

    @property
    def compares(self) -> bool:
        """Whether it compares two datasets; otherwise it describes one."""
        return self.reads not in ("one profile", "contributions")

    @property
    def of_samples(self) -> bool:
        """Whether it needs single responses; otherwise summaries are enough for its value."""
        return self.reads in get_args(OfSamples) or self.of_twins

    @property
    def of_maps(self) -> bool:
        """Whether it reads numbers of maps, which a study has once they were asked for."""
        return self.reads in get_args(OfMaps)

    @property
    def of_twins(self) -> bool:
        """Whether it compares samples with their twins."""
        return self.reads in get_args(OfTwins)

    @cached_property
    def help(self) -> str:
        """How it is computed: the first paragraph of the function's docstring."""
        return " ".join((inspect.getdoc(self.compute) or "").split("\n\n")[0].split())

    @cached_property
    def source(self) -> str:
        """Where it was published: the function's references; empty where it has none."""
        _, _, references = (inspect.getdoc(self.compute) or "").partition("References\n----------\n")
        return " ".join(references.split("\n\n")[0].split())


Compute = TypeVar("Compute", bound=Callable[..., Any])

unit_scores: Registry[UnitScore] = Registry("score", "shiftscope.scores")


def unit_score(
    *,
    reads: Reads,
    measured_in: str,
    null: float | None = 0.0,
    within: tuple[float, float] = (-np.inf, np.inf),
    version: int = 1,
    title: str = "",
    high: str = "",
) -> Callable[[Compute], Compute]:
    """Enter a score under its function's name.

    The function treats every unit by itself: its bootstrap hands it the units of many resamples at once.

    Parameters
    ----------
    reads
        What the function is given. Of summaries, to return (unit,):
        "maxima": `shifted, reference`, (unit,) largest responses;
        "profiles": `shifted, reference`, (category, unit) mean responses over the unit's reference maximum,
        categories with samples in both only;
        "matched profiles": as "profiles", each unit's shifted responses first brought to its scale on the reference;
        "rank correlation": `correlation`, (unit,) Spearman's of the two "profiles";
        "one profile": `profile`, (category, unit) mean responses of one dataset, categories with samples only.
        Of single samples, to return `Measured`:
        "responses": `shifted, reference`, (sample, unit) responses, skipped samples left out;
        "steps": as "responses", and a `EmpiricalCdf` for each unit, where they stand among each other;
        "contributions": `wrong, right`, (sample, unit) contributions to the predicted category, of one dataset; and
        `predicted`, the (sample,) predictions of each.
        Of twins, to return `Measured`:
        "twins": `shifted, reference`, (pair, unit) responses, and the `Clusters` of pairs with one original;
        "twin steps": as "twins", and a `EmpiricalCdf` for each unit.
        Of numbers of maps, to return `Compared`:
        "maps": `sides`, from the name of a number of `study.attribute(..., keep="shares")` to its `Sides`, and `rng`.
    measured_in
        The unit of the number: "ratio", "bits".
    null
        The value that means no change; None where no value does.
    within
        The smallest and largest value there can be; intervals end there.
    version
        Raised when the formula changes, so that what studies keep of it is computed again, and of no other.
    title
        What pages call it: what was lost or changed. Its name with blanks where not given.
    high
        What a large value means, in a clause: "the shift took its strongest response away".
    """

    def enter(compute: Compute) -> Compute:
        name = compute.__name__
        named, means = title or name.replace("_", " "), high or "more of what its name says"
        score = UnitScore(name, reads, measured_in, null, within, version, compute, named, means)
        unit_scores.register(name, score)
        return compute

    return enter
