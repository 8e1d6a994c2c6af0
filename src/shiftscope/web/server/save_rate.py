"""How often something may be done."""

from __future__ import annotations

import time
from collections.abc import Callable


class SaveRate:
    """At most `at_once` times in a row, and `per_second` times a second in the long run: a token bucket.

    Parameters
    ----------
    clock
        Seconds that never go back.
    """

    def __init__(self, per_second: float, at_once: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second = per_second
        self.at_once = at_once
        self.clock = clock
        self._left = float(at_once)
        self._then = clock()

    def wait(self) -> float:
        """0 where it may be done now, which then counts; else the seconds until it may."""
        now = self.clock()
        self._left = min(self.at_once, self._left + (now - self._then) * self.per_second)
        self._then = now
        if self._left < 1:
            return (1 - self._left) / self.per_second
        self._left -= 1
        return 0
