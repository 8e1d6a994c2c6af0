"""Sums over the samples of a shard and their twins, made before its responses are dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from shiftscope.shard import Shard
from shiftscope.store.places import RecordingPlace
from shiftscope.store.plan import Plan
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy
from shiftscope.summaries.twin_effects import TwinEffects

ROWS_AT_ONCE = 1024  # of twins, read and compared together


def twins_to_compare(
    study: StoredStudy, plan: Plan, twins: np.ndarray[Any, Any] | None
) -> RecordingPlace | None:
    """Where the twins of a recording are whose effects are to be summed; None where its own responses are kept, those
    of the twins are not, or several samples have one twin, which sums cannot tell from independent samples."""
    if plan.keep == "responses" or plan.twin_of is None or twins is None:
        return None
    known = twins[twins >= 0]
    other = study.manifest.now_named(plan.twin_of.dataset)
    if other is None or other not in study or len(np.unique(known)) < len(known):
        return None
    found = study[other]
    return (
        found.place if found.keeps_responses and found.plan.fingerprint == plan.twin_of.fingerprint else None
    )


def with_twin_effects(
    states: Mapping[str, Mapping[str, Any]], shard: Shard, other: Recording, categories: int
) -> dict[str, dict[str, Any]]:
    """The summaries of a shard, and of each layer the effects on its samples that have a twin in `other`; neither of a
    pair was skipped."""
    assert shard.twins is not None
    answered = other.samples.predictions >= 0
    paired = np.flatnonzero(shard.shown & (shard.twins >= 0))
    paired = paired[answered[shard.twins[paired]]]
    return {
        layer: {**of_layer, "twin_effects": _effects(layer, shard, paired, other, categories)}
        for layer, of_layer in states.items()
    }


def _effects(
    layer: str, shard: Shard, paired: np.ndarray[Any, Any], other: Recording, categories: int
) -> TwinEffects:
    assert shard.twins is not None
    found: TwinEffects | None = None
    for start in range(0, max(1, len(paired)), ROWS_AT_ONCE):
        rows = paired[start : start + ROWS_AT_ONCE]
        theirs = other.responses_at(layer, shard.twins[rows].tolist())
        own = TwinEffects.of(shard.responses[layer][rows], theirs, shard.labels[rows], categories)
        found = own if found is None else found.merge(own)
    assert found is not None
    return found
