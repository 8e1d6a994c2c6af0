"""The logits of a pass, comparable between passes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from shiftscope.model.output import log_of, logits_in
from shiftscope.recording.live_study import LiveStudy
from shiftscope.store.stored_study import StoredStudy

LOOKED_AT = 256  # samples of the reference
ROUNDING = 0.05  # of half precision, at most


def lack_a_constant(study: StoredStudy) -> bool:
    """Whether the model's answers are logarithms of probabilities: logits less a constant for each sample, by which
    the predicted one's is all but zero whatever its logit."""
    recording = study[study.reference]
    logits = recording.logits_of(0, min(LOOKED_AT, recording.plan.samples)).astype(np.float64)
    logits = logits[np.isfinite(logits).all(axis=1)]
    largest = logits.max(axis=1, keepdims=True)
    sums = largest[:, 0] + np.log(np.exp(logits - largest).sum(axis=1))
    return bool(len(sums)) and bool((np.abs(sums) < ROUNDING).all())


def logits_of(live: LiveStudy, output: Any, rows: int, *, centred: bool) -> torch.Tensor:
    """(row, category) logits in what the model returned; where `centred`, over the mean of each row's."""
    logits = logits_in(output, live.answer.output, rows).float()
    logits = log_of(logits) if live.answer.probabilities else logits
    return logits - logits.mean(dim=1, keepdim=True) if centred else logits
