"""From counts to frequencies: what is done where a path was never or always significant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest

Smoothing = Literal["clip", "jeffreys", "none"]
EPS = 1e-8  # as near to the published tables as any from 1e-10
BARELY = 1e-12  # stands for zero where infinite terms are counted apart


@dataclass(frozen=True)
class Frequencies:
    """A frequency for each count.

    "clip"
        k / n brought into [eps, 1 - eps]: the paper's figures come out. With few samples a category, eps moves a mean
        divergence by factors.
    "jeffreys"
        (k + 1/2) / (n + 1), the mean of the posterior under Jeffreys' prior.
    "none"
        k / n: a divergence is infinite where one category never or always shows a path that the other does
        otherwise.
    """

    smoothing: Smoothing = "clip"
    eps: float = EPS

    def __post_init__(self) -> None:
        if self.smoothing not in get_args(Smoothing):
            choices = ", ".join(map(repr, get_args(Smoothing)))
            raise BadRequest(f"smoothing={self.smoothing!r}; it can be {choices}.")
        if not 1e-15 <= self.eps < 0.5:
            raise BadRequest(
                f"eps={self.eps}; it is from 1e-15 to below 0.5. For no clipping: smoothing='none'."
            )

    def of(self, counts: npt.NDArray[np.integer], samples: int) -> npt.NDArray[np.float64]:
        """The frequencies of some counts among so many samples, in the shape of `counts`."""
        if self.smoothing == "jeffreys":
            return (counts + 0.5) / (samples + 1)
        least = self.eps if self.smoothing == "clip" else BARELY
        return np.clip(counts / max(samples, 1), least, 1 - least)

    def entropies(self, samples: int) -> npt.NDArray[np.float64]:
        """(count,) entropy in nats of a path seen so often, from 0 to `samples`; no clipping is needed for it."""
        counts = np.arange(samples + 1)
        p = self.of(counts, samples) if self.smoothing == "jeffreys" else counts / max(samples, 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return -np.nan_to_num(p * np.log(p)) - np.nan_to_num((1 - p) * np.log1p(-p))

    def in_words(self) -> str:
        """For pages and tables."""
        return {
            "clip": f"frequencies clipped to [{self.eps!r}, 1 − {self.eps!r}]",
            "jeffreys": "frequencies (k + ½) / (n + 1)",
            "none": "frequencies as counted",
        }[self.smoothing]
