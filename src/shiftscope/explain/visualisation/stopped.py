"""Where the steps to a picture ended that was to drive its unit just so strongly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Stopped:
    """A level for the response of the unit alone to the whole picture, without noise, and how it was come to."""

    level: float
    responses: npt.NDArray[
        np.float64
    ]  # (1 + step,) of the start and after each step; the last one is the picture's

    @property
    def met(self) -> bool:
        """Whether the picture drives the unit as strongly; else all steps were taken."""
        return bool(self.responses[-1] >= self.level)

    @property
    def steps(self) -> int:
        """How many were taken."""
        return len(self.responses) - 1

    def numbers(self) -> dict[str, Any]:
        """As JSON has them."""
        return {"level": self.level, "level_met": self.met, "steps_taken": self.steps}
