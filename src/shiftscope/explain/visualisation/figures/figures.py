"""Methods of visualisation beside one another and beside natural images, over many units."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.bootstrap import interval

Array = npt.NDArray[np.float64]

MEASURES = (
    "response, quantile",
    "path similarity",
    "transfer, quantile",
    "distance to the nearest image",
    "high-frequency share",
)
FRECHET = "Fréchet distance"
NATURAL = "strongest held-out image"
LEVEL, RESAMPLES = 0.95, 1000

Middle = tuple[float, float, float]  # a number, and the ends of its 95 % interval


@dataclass(frozen=True, eq=False)
class Figures:
    """What pictures of many units reach, by method; natural images of the same units are a row among them."""

    units: tuple[str, ...]
    values: Mapping[str, Array]  # by method (measure, unit); NaN where there is nothing to measure
    frechet: Mapping[str, Middle]  # by method, of its pictures against natural images
    features: str  # layer in which distances are taken

    def middles(self, method: str) -> dict[str, Middle]:
        """By measure the median over the units that have one, with its bootstrap interval over units."""
        found = {
            name: median_and_interval(row) for name, row in zip(MEASURES, self.values[method], strict=True)
        }
        return {**found, FRECHET: self.frechet[method]}

    def rows(self) -> list[list[str]]:
        """Cells of a table, its head first."""
        titles = [*MEASURES, FRECHET]
        told = []
        for method, values in self.values.items():
            middles, known = self.middles(method), np.isfinite(values).sum(axis=1)
            cells = [_told(middles[title]) for title in titles]
            for place, count in enumerate(known):
                if 0 < count < len(self.units):
                    cells[place] += f", {count} units"
            told.append([method, *cells])
        return [["", *titles], *told]

    def as_text(self) -> str:
        """The table in Markdown."""
        head, *body = self.rows()
        lines = [head, ["---"] * len(head), *body]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def __str__(self) -> str:
        return f"{len(self.units)} units, distances in {self.features}\n{self.as_text()}"


def median_and_interval(numbers: Array) -> Middle:
    """Of (unit,) numbers, missing ones left out."""
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        return math.nan, math.nan, math.nan
    drawn = np.random.default_rng(0).choice(known, (RESAMPLES, len(known)))
    (low,), (high,) = interval(np.median(drawn, axis=1)[:, None], LEVEL)
    return float(np.median(known)), float(low), float(high)


def _told(middle: Middle) -> str:
    if not math.isfinite(middle[0]):
        return "–"
    ends = f" ({middle[1]:.3g} to {middle[2]:.3g})" if math.isfinite(middle[1]) else ""
    return f"{middle[0]:.3g}{ends}"
