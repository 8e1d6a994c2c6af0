"""How strongly a picture drove its unit after each step, and where the steps were to end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

WITHIN = 0.01  # of a response, what another may differ by that counts as the same


@dataclass(frozen=True, eq=False)
class Course:
    """Responses of the unit alone to the whole picture, without noise, and the level at which the steps were to end."""

    responses: npt.NDArray[
        np.float64
    ]  # (1 + step,) of the start and after each step, the last of the picture itself
    level: float = math.inf  # infinite where all steps were to be taken

    @property
    def asked(self) -> bool:
        """Whether the steps were to end at a level."""
        return math.isfinite(self.level)

    @property
    def met(self) -> bool:
        """Whether they ended there: not below, after all of them, nor above, since the start was."""
        return self.asked and close(float(self.responses[-1]), self.level)

    @property
    def steps(self) -> int:
        """How many were taken."""
        return len(self.responses) - 1

    def numbers(self) -> dict[str, Any]:
        """As JSON has them, null where there was no level."""
        level, met = (self.level, self.met) if self.asked else (None, None)
        return {"level": level, "level_met": met, "steps_taken": self.steps}


def close(one: float, other: float) -> bool:
    """Whether two responses count as the same."""
    return math.isclose(one, other, rel_tol=WITHIN)
