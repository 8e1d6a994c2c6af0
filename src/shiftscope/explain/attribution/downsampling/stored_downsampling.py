"""What modules do to gradients, kept in the study: one result for each unit, dataset and choice of samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from shiftscope.errors import StudyDamaged
from shiftscope.explain.attribution.downsampling.shares import (
    Downsampling,
    DownsamplingQuestion,
    DownsamplingShares,
)
from shiftscope.store.keep_result import keep_result
from shiftscope.store.layout import LOGITS
from shiftscope.store.results import Result, ResultKey, read_result
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.unit_results import dataset_and_samples, kept_keys, unit_key

KIND = PART = "downsampling"
VERSIONS = {PART: 1}
AXES = "modules", "kinds"


def write_downsampling(study: StoredStudy, found: DownsamplingShares) -> None:
    """As `keep_result`."""
    key = downsampling_key(study, found.question, found.positions.tolist())
    named = {
        "modules": [each.module for each in found.modules],
        "kinds": [each.kind for each in found.modules],
    }
    arrays = {
        "sizes": np.array([[*each.size, *each.size_behind] for each in found.modules], np.int64),
        "before": np.stack([each.before for each in found.modules]),
        "after": np.stack([each.after for each in found.modules]),
    }
    keep_result(study, Result(replace(key, settings={**key.settings, **named}), {PART: arrays}))


def read_downsampling(
    study: StoredStudy, question: DownsamplingQuestion, positions: Sequence[int]
) -> DownsamplingShares | None:
    """What is kept; None where nothing is, or it is stale or damaged."""
    try:
        kept = read_result(study.path, downsampling_key(study, question, positions), any_of=AXES)
    except StudyDamaged:
        return None
    return _found(question, positions, kept) if kept else None


def listed_downsampling(
    study: StoredStudy, layer: str, unit: int | None = None
) -> Iterator[DownsamplingShares]:
    """Every one that is kept of a layer's units, or of one of them, as far as it is not stale."""
    name = layer if layer == LOGITS else study.layer(layer).name
    for key in kept_keys(study, KIND):
        if key.layer != name or unit not in (None, key.settings.get("unit")):
            continue
        if about := dataset_and_samples(study, key):
            dataset, positions = about
            pool = key.settings.get("pool")
            question = DownsamplingQuestion(
                dataset, name, key.settings["unit"], pool if isinstance(pool, str) else None
            )
            if found := read_downsampling(study, question, positions):
                yield found


def downsampling_key(
    study: StoredStudy, question: DownsamplingQuestion, positions: Sequence[int]
) -> ResultKey:
    """All that decides the shares."""
    settings = {"unit": question.unit, "pool": question.pool, "samples": list(positions)}
    named = f"unit {question.unit}"
    return unit_key(
        study, KIND, question.layer, [question.dataset], settings, named=named, seed=0, versions=VERSIONS
    )


def _found(
    question: DownsamplingQuestion, positions: Sequence[int], kept: Result
) -> DownsamplingShares | None:
    """None where the arrays are not those of modules."""
    sizes, before, after = (kept.parts[PART].get(name) for name in ("sizes", "before", "after"))
    names, kinds = (kept.key.settings.get(name) for name in AXES)
    if sizes is None or before is None or after is None:
        return None
    if not isinstance(names, list) or not isinstance(kinds, list) or len(kinds) != len(names):
        return None
    shape = (len(names), len(positions))
    if (
        sizes.shape != (len(names), 4)
        or sizes.dtype.kind != "i"
        or before.shape != shape
        or after.shape != shape
    ):
        return None
    modules = [
        Downsampling(str(name), str(kind), (row[0], row[1]), (row[2], row[3]), entering, leaving)
        for name, kind, row, entering, leaving in zip(
            names, kinds, sizes.tolist(), before, after, strict=True
        )
    ]
    return DownsamplingShares(question, np.asarray(positions, np.int64), modules)
