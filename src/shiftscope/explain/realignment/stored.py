"""What alignments do, kept in the study beside the dictionary, whether they were taken or not."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from typing import Any

import numpy as np

from shiftscope.derived.realigned import aligned_name
from shiftscope.errors import StoreError, StudyDamaged
from shiftscope.explain.fit_under_shift.summary import LEVEL, RESAMPLES
from shiftscope.explain.realignment.realignment import NONE, Realignment, Row
from shiftscope.explain.realignment.variant import variants
from shiftscope.store.results import Arrays, Result, ResultKey, read_result, write_result
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.twins import twins_digest

KIND = PART = "realignments"
VERSIONS = {PART: 1}
ASKED = "asked"  # the setting that says which variant was asked for
NUMBERS = tuple(field.name for field in dataclasses.fields(Row) if field.type == "float")
NOT_MADE = "there is no such map of these samples"


def keep(study: StoredStudy, found: Realignment) -> None:
    """Where nothing can be written, and of a study opened to be read only, nothing is kept."""
    if not study.read_only:
        key = _key(study, found.layer, found.dataset, found.proposed if found.asked else "")
        with contextlib.suppress(OSError, StoreError):
            write_result(study.path, Result(key, {PART: _arrays(found)}))


def kept(study: StoredStudy, layer: str, dataset: str) -> Realignment | None:
    """The last one of a layer and a set; None where there is none, or it is damaged."""
    try:
        result = read_result(study.path, _key(study, layer, dataset, ""), any_of=(ASKED,))
    except StudyDamaged:
        return None
    if result is None:
        return None
    return _realignment(study, layer, dataset, result.parts[PART], bool(result.key.settings.get(ASKED)))


def _key(study: StoredStudy, layer: str, dataset: str, asked: str) -> ResultKey:
    head = study.heads.get(study.derived[layer].behind)
    return ResultKey.of(
        study,
        KIND,
        layer,
        [dataset, study.reference],
        versions=VERSIONS,
        ground={
            "dictionary": study.derived[layer].digest,
            "head": head.digest if head else "",
            "twins": twins_digest(study, dataset, study.reference),
        },
        settings={ASKED: asked, "resamples": RESAMPLES, "interval": LEVEL},
        split="adapted on the half by ids that dictionaries are fitted on, reported on the other",
    )


def _names() -> list[str]:
    return [NONE, *variants]


def _arrays(found: Realignment) -> Arrays:
    by_name = {row.variant: row for row in found.rows}
    numbers = [[getattr(by_name[name], field) for field in NUMBERS] for name in _names()]
    return {
        "numbers": np.array(numbers, np.float64),
        "proposed": np.array([_names().index(found.proposed)], np.int64),
        "samples": np.array([found.adapted_on, found.reported_on], np.int64),
    }


def _realignment(
    study: StoredStudy, layer: str, dataset: str, arrays: Arrays, asked: bool
) -> Realignment | None:
    names = _names()
    shapes = {"numbers": (len(names), len(NUMBERS)), "proposed": (1,), "samples": (2,)}
    if {name: array.shape for name, array in arrays.items()} != shapes:
        return None
    proposed = int(arrays["proposed"][0])
    if not 0 < proposed < len(names):
        return None
    rows = []
    for name, numbers in zip(names, arrays["numbers"], strict=True):
        told: dict[str, Any] = dict(zip(NUMBERS, map(float, numbers), strict=True))
        rows.append(Row(name, **told, refused=NOT_MADE if math.isnan(told["fvu"]) else ""))
    adapted, reported = map(int, arrays["samples"])
    name = aligned_name(study, layer, dataset)
    return Realignment(
        layer=layer,
        dataset=dataset,
        reference=study.reference,
        proposed=names[proposed],
        asked=asked,
        adapted_on=adapted,
        reported_on=reported,
        rows=rows,
        name=name,
    )
