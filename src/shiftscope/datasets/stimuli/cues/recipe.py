"""What is planted: the dials of a cue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from shiftscope.datasets.shifts.shift_text import checked_seed
from shiftscope.datasets.stimuli.cues.cue_kind import CueKind, cue_kinds
from shiftscope.errors import BadRequest

SetName = Literal["associated", "aligned", "conflict", "neutral", "cue_only"]
SETS: tuple[SetName, ...] = ("associated", "aligned", "conflict", "neutral", "cue_only")
Half = Literal["fit", "held out"]


@dataclass(frozen=True)
class Recipe:
    """A kind of cue and its dials.

    Raises
    ------
    BadRequest
        No kind of this name, a dial that is no number from 0 to 1, or a seed that is no whole number.
    """

    kind: str
    association: float = 0.9
    opacity: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        cue_kinds[self.kind]  # raises for one that is not there
        for dial in ("association", "opacity"):
            object.__setattr__(self, dial, _checked_share(dial, getattr(self, dial)))
        object.__setattr__(self, "seed", checked_seed(self.seed))

    @property
    def cue(self) -> CueKind:
        return cue_kinds[self.kind]

    @property
    def weight(self) -> float:
        """How much of a pixel in the mask is the cue's, from 0 to 1."""
        return self.cue.weight * self.opacity

    def own_share(self, categories: int) -> float:
        """Share of the associated samples that have their own category's cue."""
        return self.association + (1 - self.association) / categories


def _checked_share(dial: str, given: Any) -> float:
    number = given.item() if isinstance(given, np.generic) else given
    is_number = isinstance(number, (int, float)) and not isinstance(number, bool)
    if not (is_number and 0 <= number <= 1):
        raise BadRequest(f"{dial} {given}: it lies between 0 and 1.")
    return float(number)
