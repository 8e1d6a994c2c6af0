"""How unlike two pictures are to the layer before their unit, beside what chance makes of two pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shiftscope.statistics.spearman import spearman

if TYPE_CHECKING:
    from shiftscope.explain.visualisation.visualised import Visualised


@dataclass(frozen=True)
class PairDistance:
    """1 less Spearman's correlation of the layer's activations: 0 for pictures that are one to it."""

    pair: float  # NaN where nothing is kept of a picture
    halves: float  # of two pictures of two random halves of the reference

    @property
    def known(self) -> bool:
        return not (math.isnan(self.pair) or math.isnan(self.halves))

    @property
    def apart(self) -> bool:
        """Whether the pictures differ by more than those of two halves do."""
        return self.pair > self.halves

    def in_words(self) -> str:
        if not self.known:
            return "how far apart the pictures are is not known"
        more = "further apart than" if self.apart else "no further apart than"
        return f"the pictures are {more} those of two halves of the reference ({self.pair:.2g} and {self.halves:.2g})"

    def numbers(self) -> dict[str, float | None]:
        """As JSON has them, null for what is not known."""
        both = {"distance": self.pair, "distance_of_halves": self.halves}
        return {name: None if math.isnan(number) else number for name, number in both.items()}


def pair_distance(pair: tuple[Visualised, Visualised], halves: tuple[Visualised, Visualised]) -> PairDistance:
    """Of a pair of pictures, and of one from two halves of the reference."""
    return PairDistance(distance(*pair), distance(*halves))


def distance(one: Visualised, other: Visualised) -> float:
    """1 less the rank correlation of what the layer before gives for both; NaN where one is not kept, or is of another
    layer, or constant, or did not leave its start."""
    if one.before is None or other.before is None or one.dead or other.dead:
        return math.nan
    if one.at != other.at or one.before.shape != other.before.shape:
        return math.nan
    return 1 - float(spearman(one.before, other.before))
