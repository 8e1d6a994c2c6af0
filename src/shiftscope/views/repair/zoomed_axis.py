"""An axis of shares that shows the part in which they lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5)


@dataclass(frozen=True)
class ZoomedAxis:
    """From a tick to a tick, in even steps; its places are from 0 to 1."""

    low: int  # in steps
    high: int
    step: float

    @classmethod
    def over(cls, shares: Sequence[float], most: int) -> ZoomedAxis:
        """The narrowest one with at most so many steps, two or more, that holds all shares; NaN is passed over."""
        known = [min(max(share, 0.0), 1.0) for share in shares if math.isfinite(share)] or [0.0, 1.0]
        for step in STEPS:
            low, high = math.floor(min(known) / step + 1e-9), math.ceil(max(known) / step - 1e-9)
            if high - low <= most:
                break
        low = min(low, round(1 / step) - 1)  # there is nothing beyond 1
        return cls(low, max(high, low + 1), step)

    def place(self, share: float) -> float:
        return (share / self.step - self.low) / (self.high - self.low)

    def ticks(self) -> list[tuple[float, str]]:
        """Values, and their numbers in per cent; the last one says so."""
        values = [tick * self.step for tick in range(self.low, self.high + 1)]
        texts = [f"{100 * value:.3g}" for value in values]
        return list(zip(values, [*texts[:-1], f"{texts[-1]} %"], strict=True))
