"""The loss of each sample, read block by block."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from shiftscope.outcomes.loss import cross_entropy
from shiftscope.store.stored_recording import Recording

AT_ONCE = 4096  # samples in memory


@lru_cache(maxsize=16)  # 8 bytes a sample
def losses(recording: Recording) -> npt.NDArray[np.float64]:
    """(sample,) nats; raises `NotInStudy` where single answers were not kept. Shared, so not to be written to."""
    recording.require_responses()
    labels = recording.samples.labels
    found = np.empty(len(labels))
    for start in range(0, len(labels), AT_ONCE):
        stop = min(start + AT_ONCE, len(labels))
        found[start:stop] = cross_entropy(recording.logits_of(start, stop), labels[start:stop])
    found.flags.writeable = False
    return found
