"""Removals that the study keeps: one result for each derived layer and dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from shiftscope.errors import StudyDamaged
from shiftscope.explain.local_against_distributed.removals import FIELDS, ROWS, Removals
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.results import Result, ResultKey, read_result, write_result
from shiftscope.store.stored_study import StoredStudy

KIND = PART = "removals"
VERSIONS = {PART: 1}
ANY = ("samples", "seed")


def removals_key(
    study: StoredStudy, layer: str, dataset: str, settings: Mapping[str, Any], seed: int
) -> ResultKey:
    """All that decides it; of the reference too, whose halves say which samples are reported."""
    return ResultKey.of(
        study,
        KIND,
        layer,
        list(dict.fromkeys([dataset, study.reference])),
        versions=VERSIONS,
        ground={
            "dictionary": study.derived[layer].digest,
            "model": str(study.manifest.model.get("weights_sha256", "")),
        },
        settings=dict(settings),
        seed=seed,
        split="held-out half of the reference, and what of the set does not stand under an id of its other half",
    )


def read_removals(
    study: StoredStudy,
    layer: str,
    dataset: str,
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> Removals | None:
    """What is kept of a dataset, by any settings where none are given; None where nothing is, or it is damaged."""
    key = removals_key(study, layer, dataset, settings or {}, seed)
    try:
        kept = read_result(study.path, key, any_of=ANY if settings is None else ())
    except StudyDamaged:
        return None  # it is computed again
    arrays = kept.parts[PART] if kept else {}
    if set(arrays) != set(FIELDS) or arrays["positions"].ndim != 1:
        return None
    samples = len(arrays["positions"])
    rows = {"removed": 2}
    if any(
        arrays[name].shape != (rows.get(name, len(ROWS)), samples) for name in FIELDS if name != "positions"
    ):
        return None
    logits, probabilities, flips = (
        arrays[name].astype(np.float64) for name in ("logits", "probabilities", "flips")
    )
    removed, positions = (arrays[name].astype(np.int64) for name in ("removed", "positions"))
    return Removals(logits, probabilities, flips, removed, positions)


def write_removals(
    study: StoredStudy, layer: str, dataset: str, settings: Mapping[str, Any], seed: int, found: Removals
) -> None:
    """Raises `StudyNotWritable` where the disk is full, or may not be written to."""
    if not study.read_only:
        arrays = {name: getattr(found, name) for name in FIELDS}
        with write_errors(study.path):
            write_result(
                study.path, Result(removals_key(study, layer, dataset, settings, seed), {PART: arrays})
            )
