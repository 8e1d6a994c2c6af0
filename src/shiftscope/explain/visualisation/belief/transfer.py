"""Whether a picture drives a second network as well: the unit of it that answers most as ours does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import ShapeError

Array = npt.NDArray[np.float64]

ALIKE = 0.3  # correlation from which a unit counts as the counterpart of another


@dataclass(frozen=True, eq=False)
class Transfer:
    """What pictures do to the counterpart of their unit in a second network."""

    layer: str  # of the second network; "logits" for its answer
    unit: int  # of it; -1 where no unit of it varies
    correlation: float  # with our unit over the reference's held-out half
    quantiles: Array  # (column,) of each picture among the counterpart's held-out responses; NaN without a counterpart
    weights: str  # digest of the second network's
    note: str = ""  # what was done to the pictures before they were shown to it

    @property
    def found(self) -> bool:
        """Whether there is a counterpart."""
        return self.unit >= 0 and self.correlation >= ALIKE

    def in_words(self) -> str:
        """What the first picture reaches."""
        if not self.found:
            return f"no counterpart in the second network ({self.named})"
        share = "–" if math.isnan(self.quantiles[0]) else f"{100 * self.quantiles[0]:.3g} %"
        noted = f", {self.note}" if self.note else ""
        return f"drives its counterpart in the second network ({self.named}) more than {share} of images do{noted}"

    @property
    def named(self) -> str:
        """The unit, and how much it is like ours."""
        if self.unit < 0:
            return "no unit that varies"
        return f"{self.layer}:{self.unit}, r = {self.correlation:.2f}"

    def numbers(self) -> dict[str, Any]:
        """As JSON has them, null where there is nothing to measure."""
        return {
            "layer": self.layer,
            "unit": self.unit if self.unit >= 0 else None,
            "correlation": self.correlation if math.isfinite(self.correlation) else None,
            "quantiles": [float(each) if math.isfinite(each) else None for each in self.quantiles],
            "note": self.note,
        }


def counterpart(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> int:
    """The unit of (sample, unit) responses that correlates most with (sample,) of ours; -1 where none varies.

    Raises
    ------
    ShapeError
        Other numbers of samples.
    """
    found = correlations(ours, theirs)
    return -1 if np.isnan(found).all() else int(np.nanargmax(found))


def correlations(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> Array:
    """(unit,) Pearson's correlation of (sample,) responses with each of (sample, unit); NaN where one side is constant,
    or is not known of one sample.

    Raises
    ------
    ShapeError
        Other numbers of samples.
    """
    if len(ours) != len(theirs):
        raise ShapeError(f"responses to {len(ours)} and to {len(theirs)} samples.")
    if not len(ours):
        return np.full(theirs.shape[1], np.nan)
    a = np.asarray(ours, np.float64) - np.mean(ours, dtype=np.float64)
    b = np.asarray(theirs, np.float64) - np.mean(theirs, axis=0, dtype=np.float64)
    spread = np.sqrt((a**2).sum() * (b**2).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        found = a @ b / spread
    return np.asarray(np.where(spread > 0, np.clip(found, -1, 1), np.nan))
