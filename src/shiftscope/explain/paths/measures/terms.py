"""Which paths, incoming units and outputs tell two categories apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest
from shiftscope.explain.paths.counting.count import Counter
from shiftscope.explain.paths.measures.frequencies import Frequencies


@dataclass(frozen=True, eq=False)
class Terms:
    """KL(a || b) path by path; what is summed over the other axis adds up to the whole too."""

    first: npt.NDArray[np.float64]  # (output, column) frequency in a
    second: npt.NDArray[np.float64]  # (output, column) frequency in b
    terms: npt.NDArray[
        np.float64
    ]  # (output, column) nats over the number of paths: they sum to the divergence

    @property
    def kl(self) -> float:
        """Nats, the mean over paths."""
        return float(self.terms.sum())

    @property
    def by_column(self) -> npt.NDArray[np.float64]:
        """(column,) what each incoming unit adds; the last is the bias where it is a path."""
        summed: npt.NDArray[np.float64] = self.terms.sum(axis=0)
        return summed

    @property
    def by_output(self) -> npt.NDArray[np.float64]:
        """(output,) what the paths into each output add."""
        summed: npt.NDArray[np.float64] = self.terms.sum(axis=1)
        return summed


def terms(
    counter: Counter,
    first: npt.NDArray[np.floating[Any]],
    second: npt.NDArray[np.floating[Any]],
    frequencies: Frequencies,
) -> Terms:
    """The terms of KL(a || b) from what entered the map for samples of a and of b, (sample, input) each.

    Raises
    ------
    BadRequest
        One of the two has no sample.
    """
    if not len(first) or not len(second):
        raise BadRequest("a divergence is between two sets of samples, and one of these has none.")
    counts = [counter.count(each).astype(np.int64) for each in (first, second)]
    p, q = (frequencies.of(each, len(given)) for each, given in zip(counts, (first, second), strict=True))
    found = p * (np.log(p) - np.log(q)) + (1 - p) * (np.log1p(-p) - np.log1p(-q))
    if frequencies.smoothing == "none":
        never, always = counts[1] == 0, counts[1] == len(second)
        found[(never & (counts[0] > 0)) | (always & (counts[0] < len(first)))] = np.inf
    return Terms(p, q, found / found.size)
