"""What silencing one unit does to the answers of a set."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from shiftscope.model.linear_map import LinearMap
from shiftscope.outcomes.outcomes import right_and_wrong
from shiftscope.store.stored_recording import Recording

LOOKED_AT = 1024  # wrong answers of one set, and as many right ones, each evenly spread


@dataclass(frozen=True)
class Repaired:
    """Errors that become right answers when a unit is silent, and right answers that become errors."""

    fixed: int
    looked_at: int  # errors
    errors: int  # that there are
    broken: int
    right_looked_at: int
    right: int  # answers that there are

    @property
    def net(self) -> float:
        """Samples fixed less those broken, of all that there are: estimated where only some are looked at."""
        return self.fixed * _times(self.errors, self.looked_at) - self.broken * _times(
            self.right, self.right_looked_at
        )


@lru_cache(maxsize=512)
def silenced_alone(recording: Recording, head: LinearMap, unit: int) -> Repaired:
    """Errors that are answered right where the unit responds with 0, and right answers that are not any longer,
    through the head that its layer feeds.

    Of more than `LOOKED_AT` of either as many are looked at, evenly spread over the dataset.
    """
    right, errors = (np.flatnonzero(each) for each in right_and_wrong(recording.samples))
    kept, wrong = _some(right), _some(errors)
    fixed, still = _right_without(recording, head, unit, wrong), _right_without(recording, head, unit, kept)
    return Repaired(fixed, len(wrong), len(errors), len(kept) - still, len(kept), len(right))


def _some(positions: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    if len(positions) <= LOOKED_AT:
        return positions
    return positions[np.linspace(0, len(positions) - 1, LOOKED_AT).round().astype(np.intp)]


def _right_without(recording: Recording, head: LinearMap, unit: int, at: npt.NDArray[np.intp]) -> int:
    """How many of these samples are answered right where the unit is silent."""
    if not len(at):
        return 0
    positions = at.tolist()
    responses = recording.responses_at(head.layer, positions)[:, unit].astype(np.float64)
    logits = recording.stored_logits().rows_at(positions).astype(np.float64)
    silent = logits - responses[:, None] * head.weight[:, unit].astype(np.float64)
    return int((silent.argmax(axis=1) == recording.samples.labels[at]).sum())


def _times(all_there_are: int, looked_at: int) -> float:
    return all_there_are / looked_at if looked_at else 0.0
