"""A cutoff that was fitted on one half of the reference, and what it is worth elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.resampled_means import mean_and_interval

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.floating[Any]]
RESAMPLES = 1_000
FIT, HELD_OUT = "fit half of the reference", "held-out half of the reference"


@dataclass(frozen=True, eq=False)
class FittedLowPass:
    """The cutoff under which maps of the fit half are the most faithful on average; F under one fill."""

    cutoff: float  # cycles per image
    grid: FloatArray  # (step,) that were tried
    curve: FloatArray  # (step, sample) F of the filtered maps of the fit half
    raw: FloatArray  # (sample,) F of these maps as they are
    held_out: FloatArray  # (sample,) by how much F grows on the held-out half
    shifted: FloatArray | None = None  # (sample,) and on the dataset of the maps; None of the reference

    @property
    def mean_curve(self) -> npt.NDArray[np.float64]:
        """(step,) mean F on the fit half, over the samples that have it at every cutoff."""
        measured = ~np.isnan(self.curve).any(axis=0)
        return np.asarray(self.curve[:, measured].mean(axis=1), np.float64)

    def table(self, dataset: str = "") -> pd.DataFrame:
        """A row for each part: samples, mean gain of F with its 95 % bootstrap interval over samples. That on the fit
        half was chosen to be large.

        `dataset` names that of the maps.
        """
        import pandas as pd

        chosen = self.curve[int(np.flatnonzero(self.grid == self.cutoff)[0])] - self.raw
        parts = {FIT: chosen, HELD_OUT: self.held_out}
        if self.shifted is not None:
            parts[dataset] = self.shifted
        rows = []
        for name, gains in parts.items():
            mean, low, high = mean_and_interval(
                np.asarray(gains, np.float64), RESAMPLES, np.random.default_rng(0)
            )
            rows.append((name, int((~np.isnan(gains)).sum()), float(mean), float(low), float(high)))
        return pd.DataFrame(rows, columns=["part", "samples", "gain", "low", "high"])

    def in_words(self, dataset: str = "") -> str:
        """What the cutoff gains where it was not fitted."""
        gains = [
            f"{row['gain']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f}) on "
            f"{'the other' if row['part'] == HELD_OUT else row['part']}"
            for row in self.table(dataset)[1:].to_dict("records")
        ]
        return f"the cutoff was fitted on one half of the reference, and F gains {', '.join(gains)}"
