"""Sets of samples by label and prediction, and the mean response of a layer over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL, UnitArray
from shiftscope.outcomes.outcomes import Positions, having, mistaken
from shiftscope.statistics.shares import over_reference_maximum
from shiftscope.statistics.spread_evenly import spread_evenly
from shiftscope.store.formats.samples import Samples
from shiftscope.store.stored_recording import Recording
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.maxima import Maxima
from shiftscope.tuning.set_means import SetMean
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import count

READ_AT_MOST = 4096  # samples of one set; each is a read of its own
AT_ONCE = 256  # samples in memory


@dataclass(frozen=True)
class Chosen:
    """Samples that were shown with this label and this prediction, where given; only wrong ones where `wrong`."""

    label: int | None = None
    prediction: int | None = None
    wrong: bool = False

    def of(self, samples: Samples) -> Positions:
        """Positions, the most confident prediction first."""
        select = mistaken if self.wrong else having
        positions: Positions = select(samples, label=self.label, prediction=self.prediction)
        shown: Positions = positions[samples.predictions[positions] != NO_LABEL]
        return shown


@lru_cache(maxsize=1024)  # of a hundred categories; 32 KB each at 2,048 units
def mean_response(recording: Recording, layer: str, chosen: Chosen) -> SetMean:
    """Of each unit, read block by block; of a set above `READ_AT_MOST` over as many, evenly spread."""
    return _mean(lambda at: recording.responses_at(layer, at.tolist()), _read(recording, chosen))


@lru_cache(maxsize=64)
def mean_logits(recording: Recording, chosen: Chosen) -> npt.NDArray[np.float64]:
    """(category,) mean logits over the same samples."""
    at = _read(recording, chosen)
    return _mean(lambda at: np.stack([recording.logits(int(p)) for p in at]), at).mean


def bounded(what: str, *sizes: int) -> str:
    """What to say where `what` was computed from sets of these sizes, of which any was too large to be read whole."""
    if max(sizes, default=0) <= READ_AT_MOST:
        return ""
    return (
        f"{what} is computed from {count(READ_AT_MOST)} samples of a larger set, evenly spread by confidence."
    )


def label_mean(selection: Selection, dataset: str, *labels: int) -> UnitArray:
    """(unit,) mean response to all samples of these labels over the baseline maximum; NaN without any."""
    sums = selection.study[dataset].summary(selection.layer, CategorySums)
    samples = int(sums.count[list(labels)].sum())
    total = sums.total[list(labels)].sum(axis=0)
    return as_share(selection, total / samples if samples else np.full_like(total, np.nan))


def set_mean(selection: Selection, dataset: str, *chosen: Chosen) -> UnitArray:
    """(unit,) mean response to the samples of these sets over the baseline maximum; NaN without any.

    NaN too for a dataset of which single responses were not kept.
    """
    recording = selection.study[dataset]
    if not recording.keeps_responses:
        return np.full(selection.study.layer(selection.layer).units, np.nan)
    # By the sizes of the sets, not of what is read of them.
    sizes = np.array([len(each.of(recording.samples)) for each in chosen], float)
    means = np.stack([mean_response(recording, selection.layer, each).mean for each in chosen])
    if not sizes.any():
        return as_share(selection, means[0])
    return as_share(selection, sizes[sizes > 0] @ means[sizes > 0] / sizes.sum())


def as_share(
    selection: Selection, responses: npt.NDArray[Any], units: Sequence[int] | None = None
) -> UnitArray:
    """(unit,) responses of all or some units over each one's largest response in the baseline."""
    maxima = reference_maximum(selection)
    return over_reference_maximum(responses, maxima if units is None else maxima[list(units)])


def reference_maximum(selection: Selection) -> UnitArray:
    return selection.study[selection.baseline].summary(selection.layer, Maxima).largest


def _read(recording: Recording, chosen: Chosen) -> Positions:
    """Positions of those that are read, in the order of the dataset."""
    return np.sort(spread_evenly(chosen.of(recording.samples), READ_AT_MOST))


def _mean(read: Callable[[Positions], npt.NDArray[Any]], positions: Positions) -> SetMean:
    whole = SetMean.of(read(positions[:AT_ONCE]))
    for start in range(AT_ONCE, len(positions), AT_ONCE):
        whole = whole.merge(SetMean.of(read(positions[start : start + AT_ONCE])))
    return whole
