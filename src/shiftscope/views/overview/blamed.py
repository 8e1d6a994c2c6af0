"""The units of a set whose silence alone repairs most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shiftscope.explain.interventions.silenced_alone import Repaired, most_to_blame
from shiftscope.model.linear_map import LinearMap
from shiftscope.store.stored_study import StoredStudy

SURE = 0.05  # chance of such a difference in any unit of the layer


@dataclass(frozen=True)
class Blamed:
    """One unit of a layer before the head, in one set."""

    dataset: str
    head: LinearMap
    unit: int
    repaired: Repaired

    @property
    def sure(self) -> bool:
        """Whether that it repairs more than it breaks is beyond chance."""
        return self.p < SURE

    @property
    def p(self) -> float:
        """Of the best of so many units."""
        return float(min(1.0, self.repaired.p * self.head.weight.shape[1]))


def telling_heads(study: StoredStudy) -> list[LinearMap]:
    """Layers that are all of what enters the head say the same twice: one of them; parts of it each say their own."""
    heads = list(study.heads.values())
    return heads[:1] if heads and heads[0].alone else heads


def blamed(study: StoredStudy, dataset: str, heads: Sequence[LinearMap], most: int) -> list[Blamed]:
    """Of each layer at most so many, those that repair most more than they break first; none without single
    responses."""
    recording = study[dataset]
    if not recording.keeps_responses:
        return []
    found = [
        Blamed(dataset, head, unit, repaired)
        for head in heads
        for unit, repaired in most_to_blame(recording, head)[:most]
    ]
    return sorted(found, key=lambda one: -one.repaired.net)
