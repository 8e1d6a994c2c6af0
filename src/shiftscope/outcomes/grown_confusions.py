"""Confusions that a shift made more frequent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.newcombe import newcombe


@dataclass(frozen=True)
class GrownConfusion:
    """A confusion that is a larger share of its label's samples than in the reference."""

    actual: int
    predicted: int
    answers: tuple[int, int]  # how many of how many with this label, here
    usual: tuple[int, int]  # and in the reference

    @property
    def share(self) -> float:
        return self.answers[0] / self.answers[1]

    @property
    def usual_share(self) -> float:
        return self.usual[0] / self.usual[1]

    @property
    def growth(self) -> float:
        return self.share - self.usual_share


def grown_confusions(
    here: npt.NDArray[np.int64], there: npt.NDArray[np.int64], most: int
) -> list[GrownConfusion]:
    """Confusions whose share grew, most first; labels that either set lacks are left out.

    Parameters
    ----------
    here, there : (label, prediction)
        Samples of the shifted set and of the reference.
    most
        How many confusions at most.
    """
    totals, usual_totals = here.sum(axis=1), there.sum(axis=1)
    actual, predicted = np.nonzero(here)  # what never happens has not grown
    known = (actual != predicted) & (usual_totals[actual] > 0)
    actual, predicted = actual[known], predicted[known]
    counts, before = here[actual, predicted], there[actual, predicted]
    growth = counts / totals[actual] - before / usual_totals[actual]
    order = np.argsort(-growth, kind="stable")[:most]
    return [
        GrownConfusion(
            int(actual[i]),
            int(predicted[i]),
            (int(counts[i]), int(totals[actual[i]])),
            (int(before[i]), int(usual_totals[actual[i]])),
        )
        for i in order
        if growth[i] > 0
    ]


def grown_beyond_chance(here: npt.NDArray[np.int64], there: npt.NDArray[np.int64]) -> int:
    """How many confusions grew by more than chance allows: the 95 % interval of the growth (Newcombe) is above 0.

    Parameters
    ----------
    here, there : (label, prediction)
        Samples of the shifted set and of the reference; labels that either lacks are left out.
    """
    actual, predicted = np.nonzero(here)
    totals, usual_totals = here.sum(axis=1)[actual], there.sum(axis=1)[actual]
    known = (actual != predicted) & (usual_totals > 0)
    counts, before = (each[actual, predicted][known] for each in (here, there))
    _, low, _ = newcombe(counts, totals[known], before, usual_totals[known])
    return int((low > 0).sum())
