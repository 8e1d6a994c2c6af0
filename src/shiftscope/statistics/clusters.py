"""Pairs of samples of one original, which are no independent samples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Clusters:
    """Pairs by their originals: those of one stand together."""

    starts: npt.NDArray[np.intp]  # (original,) first pair of each
    pairs: int

    @classmethod
    def of(cls, originals: npt.NDArray[Any]) -> Clusters:
        """Of the (pair,) original of each, equal ones together."""
        return cls(
            np.flatnonzero(np.r_[True, originals[1:] != originals[:-1]][: len(originals)]), len(originals)
        )

    @classmethod
    def single(cls, pairs: int) -> Clusters:
        """Each pair has an original of its own."""
        return cls(np.arange(pairs), pairs)

    def __len__(self) -> int:
        return len(self.starts)

    @cached_property
    def sizes(self) -> npt.NDArray[np.intp]:
        """(original,) pairs."""
        return np.diff(self.starts, append=self.pairs)

    def mean(self, effects: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.floating[Any]]:
        """(original, unit) mean of (pair, unit) effects over the pairs of each original."""
        if len(self) == self.pairs:
            return effects
        sums = np.add.reduceat(effects, self.starts, axis=0, dtype=np.float64)
        return np.asarray(sums / self.sizes[:, None])
