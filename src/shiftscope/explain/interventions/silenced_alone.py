"""What silencing one unit does to the answers of a set, and of which units it repairs most."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from shiftscope.explain.interventions.silencing import Shown, likelier_without_each, right_without_each
from shiftscope.model.linear_map import LinearMap
from shiftscope.outcomes.outcomes import right_and_wrong
from shiftscope.statistics.mcnemar import mcnemar
from shiftscope.statistics.ranked import ranked
from shiftscope.statistics.spread_evenly import spread_evenly
from shiftscope.store.stored_recording import Recording

LOOKED_AT = 2048  # wrong answers of one set, and as many right ones, each evenly spread
TRIED = 128  # units


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
    def p(self) -> float:
        """Two-sided, that as many are broken as fixed: McNemar's where all are looked at, else of the difference of two
        counts, each times what it stands for."""
        if (self.looked_at, self.right_looked_at) == (self.errors, self.right):
            return mcnemar(self.fixed, self.broken)
        wrong, right = _times(self.errors, self.looked_at), _times(self.right, self.right_looked_at)
        variance = self.fixed * wrong**2 + self.broken * right**2
        return math.erfc(abs(self.net) / math.sqrt(2 * variance)) if variance else 1.0

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
    return _looked_at(recording, head).repaired(head, [unit])[0]


@lru_cache(maxsize=64)
def most_to_blame(recording: Recording, head: LinearMap) -> tuple[tuple[int, Repaired], ...]:
    """Units whose silence alone repairs more errors than it breaks right answers, the largest difference first.

    Of more than `TRIED` units as many are tried, those whose silence makes the labels likeliest to first order.
    """
    seen, weight = _looked_at(recording, head), head.weight
    units = np.arange(weight.shape[1])
    if len(units) > TRIED:
        gains = [
            _times(whole, len(shown)) * likelier_without_each(shown, weight, units)
            for shown, whole in ((seen.wrong, seen.errors), (seen.right, seen.right_answers))
        ]
        units = ranked(np.sum(gains, axis=0))[:TRIED]
    found = zip(units.tolist(), seen.repaired(head, units.tolist()), strict=True)
    return tuple(
        sorted((each for each in found if each[1].net > 0), key=lambda each: (-each[1].net, each[0]))
    )


@dataclass(frozen=True, eq=False)
class LookedAt:
    """The errors and the right answers of a set that are looked at, and how many of either there are."""

    wrong: Shown
    right: Shown
    errors: int
    right_answers: int

    def repaired(self, head: LinearMap, units: Sequence[int]) -> list[Repaired]:
        """What each unit's silence does."""
        fixed, still = (
            right_without_each(shown, head.weight, np.asarray(units, np.intp)).tolist()
            for shown in (self.wrong, self.right)
        )
        wrong, right = len(self.wrong), len(self.right)
        return [
            Repaired(gain, wrong, self.errors, right - kept, right, self.right_answers)
            for gain, kept in zip(fixed, still, strict=True)
        ]


@lru_cache(maxsize=4)
def _looked_at(recording: Recording, head: LinearMap) -> LookedAt:
    right, errors = (np.flatnonzero(each) for each in right_and_wrong(recording.samples))
    wrong, kept = (_shown(recording, head, spread_evenly(each, LOOKED_AT)) for each in (errors, right))
    return LookedAt(wrong, kept, len(errors), len(right))


def _shown(recording: Recording, head: LinearMap, at: npt.NDArray[np.intp]) -> Shown:
    positions = at.tolist()
    return Shown(
        recording.responses_at(head.layer, positions),
        recording.stored_logits().rows_at(positions).astype(np.float32),
        recording.samples.labels[at],
    )


def _times(all_there_are: int, looked_at: int) -> float:
    return all_there_are / looked_at if looked_at else 0.0
