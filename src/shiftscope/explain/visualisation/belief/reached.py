"""How strongly a picture drives its unit, beside what samples do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

MOST = 0.999  # what is said of a share that is less than all and would be rounded to it


@dataclass(frozen=True)
class Reached:
    """Where a picture's response lies among the responses of samples that nothing was fitted on."""

    quantile: float  # 0 to 1; NaN without samples
    strongest: float  # largest response of a sample
    samples: int

    def silent(self, response: float) -> bool:
        """Whether the unit does not answer: 0 is no answer of a unit that samples drive above it, and the most that a
        log-probability can be."""
        return response == 0 < self.strongest

    def in_words(self, response: float) -> str:
        """Without a verb: "more than 99.9 % of 500 samples", "1.8 times the strongest of 500 samples"."""
        if not self.samples:
            return "no stored response to compare with"
        if self.silent(response):
            return "the unit stays silent"
        if self.quantile == 1 and self.strongest > 0:
            return f"{response / self.strongest:.3g} times the strongest of {self.samples} samples"
        if self.quantile == 1:
            return f"more than each of {self.samples} samples"
        return f"more than {100 * min(self.quantile, MOST):.3g} % of {self.samples} samples"


def reached(response: float, responses: npt.NDArray[np.floating[Any]]) -> Reached:
    """The mid-rank quantile of a response among (sample,) others, missing ones left out."""
    known = responses[np.isfinite(responses)]
    if not len(known):
        return Reached(float("nan"), float("nan"), 0)
    below = float((known < response).sum() + 0.5 * (known == response).sum())
    return Reached(below / len(known), float(known.max()), len(known))
