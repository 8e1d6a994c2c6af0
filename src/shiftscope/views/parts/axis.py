"""A common axis for the changes of a table's column."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
MOST_TICKS = 4  # beside the one at the start


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`, which holds zero; a tick at every multiple of `step`."""

    low: float
    high: float
    step: float

    @classmethod
    def holding(cls, values: Iterable[float]) -> Axis:
        """One that holds zero and all values that are finite; from 0 to 1 where none is but zero."""
        finite = [0.0, *(value for value in values if math.isfinite(value))]
        low, high = min(finite), max(finite)
        if low == high:
            return cls(0.0, 1.0, 0.25)
        size = (high - low) / MOST_TICKS
        power = 10.0 ** math.floor(math.log10(size))
        step = next(step for step in STEPS if step * power >= size * (1 - 1e-9)) * power
        return cls(low, high, step)

    def place(self, value: float) -> float:
        """Where a number is, from 0 to 1; NaN for one that is missing."""
        return (value - self.low) / (self.high - self.low)

    def ticks(self, write: Callable[[float], str]) -> list[tuple[float, str]]:
        """Places and numbers of the multiples of the step; what they are measured in at the last one only."""
        first, last = math.ceil(self.low / self.step - 1e-9), math.floor(self.high / self.step + 1e-9)
        written = [write(n * self.step) for n in range(first, last + 1)]
        short = [text.partition(" ")[0] for text in written[:-1]]
        places = (self.place(n * self.step) for n in range(first, last + 1))
        return list(zip(places, [*short, *written[-1:]], strict=True))
