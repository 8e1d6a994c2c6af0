"""What silencing one unit does to the wrong answers of a set."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from shiftscope.model.linear_map import LinearMap
from shiftscope.outcomes.outcomes import right_and_wrong
from shiftscope.store.stored_recording import Recording

LOOKED_AT = 1024  # wrong answers of one set, evenly spread


@dataclass(frozen=True)
class Repaired:
    """Errors that become right answers when a unit is silent."""

    fixed: int
    looked_at: int  # errors
    errors: int  # that there are


@lru_cache(maxsize=512)
def silenced_alone(recording: Recording, head: LinearMap, unit: int) -> Repaired:
    """Errors that are answered right where the unit responds with 0, through the head that its layer feeds.

    Of more errors than `LOOKED_AT` as many are looked at, evenly spread over the dataset.
    """
    errors = np.flatnonzero(right_and_wrong(recording.samples)[1])
    at = errors
    if len(errors) > LOOKED_AT:
        at = errors[np.linspace(0, len(errors) - 1, LOOKED_AT).round().astype(np.intp)]
    if not len(at):
        return Repaired(0, 0, 0)
    positions = at.tolist()
    responses = recording.responses_at(head.layer, positions)[:, unit].astype(np.float64)
    logits = recording.stored_logits().rows_at(positions).astype(np.float64)
    silent = logits - responses[:, None] * head.weight[:, unit].astype(np.float64)
    fixed = int((silent.argmax(axis=1) == recording.samples.labels[at]).sum())
    return Repaired(fixed, len(at), len(errors))
