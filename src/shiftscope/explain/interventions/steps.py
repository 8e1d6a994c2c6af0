"""What silencing units one after the other does to a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.explain.interventions.head import recorded_logits
from shiftscope.model.linear_map import LinearMap
from shiftscope.statistics.split import FIT, HELD_OUT
from shiftscope.store.layout import SHARD_SAMPLES
from shiftscope.store.stored_recording import Recording

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Steps:
    """Answers to one dataset along a path of units."""

    right: Counts  # (half, step) classified right with the first `step` units of the path silent
    fixed: Counts  # (unit,) samples of both halves that each unit of the path fixes when it is silent alone
    broken: Counts  # (unit,) that it breaks


def steps_along(
    recording: Recording, head: LinearMap, path: Sequence[int], halves: npt.NDArray[np.int64]
) -> Steps:
    """Counted shard by shard, from the stored logits.

    Parameters
    ----------
    halves : (sample,)
        The half of each sample, -1 for one that counts in neither.
    """
    units = list(path)
    weight = head.weight[:, units]
    right = np.zeros((2, len(units) + 1), np.int64)
    fixed, broken = np.zeros(len(units), np.int64), np.zeros(len(units), np.int64)
    for start in range(0, len(recording.samples), SHARD_SAMPLES):
        stop = min(start + SHARD_SAMPLES, len(recording.samples))
        half, labels = halves[start:stop], recording.samples.labels[start:stop]
        responses = recording.responses(head.layer, start, stop)[:, units].astype(np.float32)
        logits = recorded_logits(recording, start, stop)
        before = logits.argmax(axis=1) == labels
        for step in range(len(units) + 1):
            silent = responses[:, :step] @ weight[:, :step].T
            now = (logits - silent).argmax(axis=1) == labels
            for each in (FIT, HELD_OUT):
                right[each, step] += (now & (half == each)).sum()
        for place in range(len(units)):
            now = (logits - responses[:, place, None] * weight[:, place]).argmax(axis=1) == labels
            fixed[place] += (now & ~before & (half >= 0)).sum()
            broken[place] += (before & ~now & (half >= 0)).sum()
    return Steps(right, fixed, broken)
