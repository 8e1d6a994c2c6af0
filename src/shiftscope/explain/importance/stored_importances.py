"""How much features count, kept in the study: one result for each dataset and method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from shiftscope.errors import StudyDamaged
from shiftscope.explain.importance.importance import EXACT, METHODS
from shiftscope.explain.importance.set_importance import FIELDS, SetImportance
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.results import Result, ResultKey, read_result, write_result
from shiftscope.store.stored_study import StoredStudy

KIND = PART = "importances"
VERSIONS = {PART: 1}
ANY = ("samples", "designs", "seed")  # settings that whoever only looks takes as they are


def importance_key(
    study: StoredStudy, layer: str, dataset: str, method: str, settings: Mapping[str, Any], seed: int
) -> ResultKey:
    """All that decides it; of the reference too, whose halves say which samples are reported."""
    derived = study.derived[layer]
    head = study.heads.get(derived.behind) if method == EXACT else None
    model = str(study.manifest.model.get("weights_sha256", "")) if method != EXACT else ""
    return ResultKey.of(
        study,
        KIND,
        layer,
        list(dict.fromkeys([dataset, study.reference])),
        versions=VERSIONS,
        ground={"dictionary": derived.digest, "head": head.digest if head else "", "model": model},
        settings=dict(settings),
        variant=method,
        seed=seed,
        split="held-out half of the reference, and what of the set does not stand under an id of its other half",
    )


def read_importance(
    study: StoredStudy,
    layer: str,
    dataset: str,
    method: str,
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> SetImportance | None:
    """What is kept of a dataset, by any settings where none are given; None where nothing is, or it is damaged."""
    key = importance_key(study, layer, dataset, method, settings or {}, seed)
    try:
        kept = read_result(study.path, key, any_of=ANY if settings is None else ())
    except StudyDamaged:
        return None  # it is computed again
    arrays = kept.parts[PART] if kept else {}
    shape = (len(study.categories), study.derived[layer].units)
    if set(arrays) != set(FIELDS):
        return None
    for name, array in arrays.items():
        if array.shape != (shape[:1] if name == "samples" else shape) or array.dtype != np.float64:
            return None
    return SetImportance(**arrays)


def kept_importance(study: StoredStudy, layer: str, dataset: str) -> tuple[str, SetImportance] | None:
    """By the first method that is kept, with its name."""
    for method in METHODS:
        found = read_importance(study, layer, dataset, method)
        if found is not None:
            return method, found
    return None


def write_importance(
    study: StoredStudy,
    layer: str,
    dataset: str,
    method: str,
    settings: Mapping[str, Any],
    seed: int,
    found: SetImportance,
) -> None:
    """Raises `StudyNotWritable` where the disk is full, or may not be written to."""
    if not study.read_only:
        key = importance_key(study, layer, dataset, method, settings, seed)
        with write_errors(study.path):
            write_result(study.path, Result(key, {PART: {name: getattr(found, name) for name in FIELDS}}))
