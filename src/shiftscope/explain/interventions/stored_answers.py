"""What a model at hand answered with units changed, kept in the study: one result for each dataset."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.errors import StudyDamaged
from shiftscope.explain.interventions.edit import EditKind
from shiftscope.explain.interventions.intervention import Answers
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.formats.samples import Samples
from shiftscope.store.results import Arrays, Result, ResultKey, read_result, write_result
from shiftscope.store.stored_study import StoredStudy

KIND, VERSION = "interventions", 1
LONGEST = 80  # characters of a readable variant


def answers_key(
    study: StoredStudy, dataset: str, layer: str, units: Sequence[int], edit: EditKind, reference: str
) -> ResultKey:
    """All that decides the answers; the order of the units does not."""
    datasets = (dataset,) if dataset == reference else (dataset, reference)
    return ResultKey.of(
        study,
        KIND,
        layer,
        datasets,
        versions={KIND: VERSION},
        ground={"model": str(study.manifest.model.get("weights_sha256", ""))},
        settings={
            "edit": edit,
            "units": sorted(units),
            "reference": study.manifest.recorded_as(reference),
        },
        variant=f"{edit} {named_units(units)}",
    )


def named_units(units: Sequence[int]) -> str:
    """Units as a folder's name has them: readable where they are few."""
    named = ", ".join(map(str, sorted(units)))
    if len(named) > LONGEST:
        return f"{len(units)} units {hashlib.sha256(named.encode()).hexdigest()[:12]}"
    return named


def read_answers(
    study: StoredStudy, dataset: str, layer: str, units: Sequence[int], edit: EditKind, reference: str
) -> Answers | None:
    """What is kept of a dataset; None where nothing is, or it is damaged."""
    samples = study[dataset].samples
    try:
        kept = read_result(study.path, answers_key(study, dataset, layer, units, edit, reference))
    except StudyDamaged:
        return None  # it is computed again
    return checked_answers(kept.parts[KIND] if kept else {}, samples, len(study.categories))


def checked_answers(arrays: Arrays, samples: Samples, categories: int) -> Answers | None:
    """From the array `after` of a kept result; None where it cannot be predictions for these samples."""
    after = arrays.get("after")
    if after is None or after.shape != samples.predictions.shape or after.dtype.kind != "i":
        return None
    if len(after) and not (after.min() >= NO_LABEL and after.max() < categories):
        return None
    return Answers(samples.labels, samples.predictions, after.astype(np.int64))


def write_answers(
    study: StoredStudy,
    dataset: str,
    layer: str,
    units: Sequence[int],
    edit: EditKind,
    reference: str,
    answers: Answers,
) -> None:
    """Raises `StudyNotWritable` where the disk is full, or may not be written to."""
    if not study.read_only:
        key = answers_key(study, dataset, layer, units, edit, reference)
        with write_errors(study.path):
            write_result(study.path, Result(key, {KIND: {"after": answers.after.astype(np.int32)}}))
