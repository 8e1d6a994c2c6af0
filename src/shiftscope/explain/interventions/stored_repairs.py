"""Repairs kept in the study: what a search found, and what each dataset is then answered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shiftscope.errors import StudyDamaged
from shiftscope.explain.interventions.head import head_behind
from shiftscope.explain.interventions.intervention import Answers
from shiftscope.explain.interventions.repair import Repair, RepairQuestion
from shiftscope.explain.interventions.repair_search import halves_of, reported_on
from shiftscope.explain.interventions.silenced import silenced
from shiftscope.explain.interventions.steps import Steps
from shiftscope.explain.interventions.stored_answers import checked_answers, named_units
from shiftscope.model.linear_map import LinearMap
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.results import Arrays, Result, ResultKey, is_kept, read_result, write_result
from shiftscope.store.stored_study import StoredStudy

KIND, SEARCH, ANSWERS = "repairs", "search", "answers"
VERSIONS = {SEARCH: 1, ANSWERS: 1}
SPLIT = "searched on one half of the ids, reported on the other"


def write_repair(study: StoredStudy, repair: Repair) -> None:
    """Keep what was found, and what is then answered: one result for the search and one for each dataset.

    A study that is only read, or whose folder cannot be written, stays as it is. Raises `StudyNotWritable` where the
    disk is full.
    """
    if not study.keeps_results():
        return
    head = head_behind(study, repair.layer)
    found: Arrays = {
        "path": np.array(repair.path, np.int32),
        "units": np.array(repair.units, np.int32),
        "right": repair.steps.right,
        "fixed": repair.steps.fixed,
        "broken": repair.steps.broken,
    }
    with write_errors(study.path):
        for name, answers in repair.answers.items() if repair.units else ():
            key = _answers_key(study, head, name, repair.units)
            if not is_kept(study.path, key):
                after: Arrays = {"after": answers.after.astype(np.int32)}
                write_result(study.path, Result(key, {ANSWERS: after}))
        write_result(study.path, Result(_search_key(study, head, repair.question), {SEARCH: found}))


def read_repair(study: StoredStudy, question: RepairQuestion) -> Repair | None:
    """What is kept of a search; None where nothing is, or it is damaged.

    Datasets whose answers are not kept, as those recorded since, are answered anew.
    """
    head = head_behind(study, question.layer)
    try:
        kept = read_result(study.path, _search_key(study, head, question))
    except StudyDamaged:
        return None  # it is searched again
    found = _found(kept.parts[SEARCH], head.weight.shape[1]) if kept else None
    if found is None:
        return None
    path, units, steps = found
    names = reported_on(study, question)
    return Repair(
        question,
        units,
        path,
        steps,
        {name: _answers(study, head, name, units) for name in names},
        {name: halves_of(study[name], question.seed) for name in names},
    )


def _found(arrays: Arrays, units: int) -> tuple[tuple[int, ...], tuple[int, ...], Steps] | None:
    """The path, its beginning that is silenced, and the steps; None where they are not those of a search."""
    names = ("path", "units", "right", "fixed", "broken")
    if not all(name in arrays and arrays[name].dtype.kind == "i" for name in names):
        return None
    path, chosen, right, fixed, broken = (arrays[name].astype(np.int64) for name in names)
    shapes = (right.shape, fixed.shape, broken.shape)
    if path.ndim != 1 or shapes != ((2, len(path) + 1), path.shape, path.shape):
        return None
    if len(np.unique(path)) < len(path) or not all(0 <= unit < units for unit in path):
        return None
    if not np.array_equal(chosen, path[: len(chosen)]):
        return None
    return tuple(path.tolist()), tuple(chosen.tolist()), Steps(right, fixed, broken)


def _answers(study: StoredStudy, head: LinearMap, name: str, units: Sequence[int]) -> Answers:
    """Those that are kept, or computed now."""
    try:
        kept = read_result(study.path, _answers_key(study, head, name, units)) if units else None
    except StudyDamaged:
        kept = None
    arrays = kept.parts[ANSWERS] if kept else {}
    found = checked_answers(arrays, study[name].samples, len(study.categories))
    return found or silenced(study[name], head, units)


def _search_key(study: StoredStudy, head: LinearMap, question: RepairQuestion) -> ResultKey:
    return ResultKey.of(
        study,
        KIND,
        question.layer,
        [question.dataset, question.reference],
        versions={SEARCH: VERSIONS[SEARCH]},
        ground={f"weights of {head.name}": head.digest},
        settings={"margin": question.margin, "most": question.most},
        variant=f"margin {question.margin!r}, most {question.most}, seed {question.seed}",
        seed=question.seed,
        split=SPLIT,
    )


def _answers_key(study: StoredStudy, head: LinearMap, name: str, units: Sequence[int]) -> ResultKey:
    """All that decides what a dataset is answered with these units silent, whatever search has found them."""
    return ResultKey.of(
        study,
        KIND,
        head.layer,
        [name],
        versions={ANSWERS: VERSIONS[ANSWERS]},
        ground={f"weights of {head.name}": head.digest},
        settings={"units": sorted(units)},
        variant=f"silence {named_units(units)}",
    )
