"""What the logits of each sample say, read block by block."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from shiftscope.outcomes.energy import energy
from shiftscope.outcomes.label_rank import label_rank
from shiftscope.outcomes.loss import cross_entropy
from shiftscope.store.stored_recording import Recording

AT_ONCE = 4096  # samples in memory


@dataclass(frozen=True, eq=False)
class SampleNumbers:
    """Of every sample; shared, so not to be written to."""

    loss: npt.NDArray[np.float64]  # nats, NaN without a label or logits
    energy: npt.NDArray[
        np.float64
    ]  # nats, NaN without logits, and of a model that answers with probabilities
    label_rank: npt.NDArray[np.int64]  # categories before the label, -1 without a label or logits


@lru_cache(maxsize=16)  # 24 bytes a sample
def sample_numbers(recording: Recording) -> SampleNumbers:
    """Read the logits once; raises `NotInStudy` where single answers were not kept."""
    recording.require_responses()
    labels = recording.samples.labels
    found = SampleNumbers(
        np.empty(len(labels)), np.full(len(labels), np.nan), np.empty(len(labels), np.int64)
    )
    for start in range(0, len(labels), AT_ONCE):
        block = slice(start, min(start + AT_ONCE, len(labels)))
        logits = recording.logits_of(block.start, block.stop)
        found.loss[block] = cross_entropy(logits, labels[block])
        found.label_rank[block] = label_rank(logits, labels[block])
        if not recording.plan.probabilities:
            found.energy[block] = energy(logits)
    for numbers in (found.loss, found.energy, found.label_rank):
        numbers.flags.writeable = False
    return found
