"""Right and wrong answers counted, from labels and predictions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.shares import share_of_row
from shiftscope.store.formats.samples import Samples

Positions = npt.NDArray[np.intp]  # (sample,) chosen ones
NONE: Positions = np.empty(0, np.intp)


@dataclass(frozen=True)
class Outcomes:
    """Counts of every (label, prediction) of one dataset; unlabelled and skipped samples are in none."""

    confusions: npt.NDArray[np.int64]  # (label, prediction)

    @property
    def labelled(self) -> int:
        return int(self.confusions.sum())

    @property
    def right(self) -> int:
        return int(np.trace(self.confusions))

    @property
    def accuracy(self) -> float:
        """Share of labelled samples classified right; NaN without any."""
        return self.right / self.labelled if self.labelled else float("nan")

    @cached_property
    def by_label(self) -> npt.NDArray[np.int64]:
        """(label,) how many samples have each; added up once, of a million counts at a thousand categories."""
        totals: npt.NDArray[np.int64] = self.confusions.sum(axis=1)
        return totals

    def recall(self) -> npt.NDArray[np.float64]:
        """(category,) share of each category's samples classified right; NaN for one without samples."""
        totals = self.by_label
        nothing = np.full(len(totals), np.nan)
        told: npt.NDArray[np.float64] = np.divide(
            np.diag(self.confusions), totals, out=nothing, where=totals > 0
        )
        return told


@lru_cache(maxsize=16)  # 8 MB each at 1,000 categories
def outcomes(samples: Samples, categories: int) -> Outcomes:
    """Counted once for each dataset; the counts are shared, so they are not written to."""
    labels, predictions = samples.labels, samples.predictions
    known = (labels >= 0) & (predictions >= 0)
    flat = labels[known] * categories + predictions[known]
    return Outcomes(np.bincount(flat, minlength=categories**2).reshape(categories, categories))


def share_changes(here: Outcomes, there: Outcomes) -> npt.NDArray[np.float64]:
    """(label, prediction) share of a label's samples with each prediction, here minus there; NaN for a label that
    either lacks."""
    return share_of_row(here.confusions) - share_of_row(there.confusions)


def having(samples: Samples, *, label: int | None = None, prediction: int | None = None) -> Positions:
    """Positions with this label and this prediction, the most confident prediction first."""
    if label is None and prediction is None:
        every: Positions = np.argsort(-samples.confidences, kind="stable")
        return every
    if label is None:
        return _of_each(samples, "predictions").get(prediction, NONE).copy()
    found = _of_each(samples, "labels").get(label, NONE)
    return found.copy() if prediction is None else found[samples.predictions[found] == prediction]


@lru_cache(maxsize=32)  # 8 bytes a sample
def _of_each(samples: Samples, codes: Literal["labels", "predictions"]) -> dict[int | None, Positions]:
    """Positions by category, sorted once for all that pages ask for."""
    numbers: npt.NDArray[np.int64] = getattr(samples, codes)
    order = np.lexsort((-samples.confidences, numbers))
    categories, starts = np.unique(numbers[order], return_index=True)
    return dict(zip(categories.tolist(), np.split(order, starts[1:]), strict=True)) if len(order) else {}


def mistaken(samples: Samples, *, label: int | None = None, prediction: int | None = None) -> Positions:
    """As `having`, only samples that were classified wrong."""
    positions = having(samples, label=label, prediction=prediction)
    return positions[right_and_wrong(samples)[1][positions]]


@lru_cache(maxsize=16)  # 2 bytes a sample
def right_and_wrong(samples: Samples) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """(sample,) whether it was classified right, and whether wrong; neither without a label or a prediction.

    Shared, so they cannot be written to.
    """
    known = (samples.labels >= 0) & (samples.predictions >= 0)
    same = samples.labels == samples.predictions
    right, wrong = known & same, known & ~same
    right.flags.writeable = wrong.flags.writeable = False
    return right, wrong
