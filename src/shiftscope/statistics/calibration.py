"""Whether answers are right as often as they are said to be sure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BINS = 15  # as in the paper

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Calibration:
    """Answers in bins of confidence of equal width: (0, 1/15], (1/15, 2/15] ..."""

    edges: FloatArray  # (bin + 1,) from 0 to 1
    counts: npt.NDArray[np.int64]  # (bin,) answers
    right: npt.NDArray[np.int64]  # (bin,) of them
    confidence: FloatArray  # (bin,) mean; NaN for a bin without answers
    accuracy: FloatArray  # (bin,) share that is right; NaN for a bin without answers

    @property
    def error(self) -> float:
        """Expected calibration error, from 0 to 1: how far the mean confidence of a bin is from its accuracy, on
        average over all answers. NaN without any. Noise alone makes it larger than 0, the more the fewer answers."""
        total = int(self.counts.sum())
        gaps = np.nan_to_num(np.abs(self.accuracy - self.confidence))
        return float((self.counts * gaps).sum() / total) if total else float("nan")


def calibration(confidences: npt.ArrayLike, right: npt.NDArray[np.bool_], *, bins: int = BINS) -> Calibration:
    """Count answers by how sure they are said to be.

    Parameters
    ----------
    confidences : (answer,) from 0 to 1
        Probability that is given to the prediction.
    right : (answer,)
        Whether it is.

    References
    ----------
    Naeini, Cooper & Hauskrecht (2015), Obtaining Well Calibrated Probabilities Using Bayesian Binning. Guo, Pleiss, Sun
    & Weinberger (2017), On Calibration of Modern Neural Networks.
    """
    given = np.asarray(confidences, np.float64)
    edges = np.linspace(0, 1, bins + 1)
    where = np.clip(np.searchsorted(edges, given, "left") - 1, 0, bins - 1)
    counts, correct = (np.bincount(each, minlength=bins) for each in (where, where[right]))
    sums = np.bincount(where, given, minlength=bins)
    nothing = np.full((2, bins), np.nan)
    means = np.divide([sums, correct], counts, out=nothing, where=counts > 0)
    return Calibration(edges, counts, correct, *means)
