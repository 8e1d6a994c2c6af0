"""How far a unit's use under a shift is from its use on the reference, kept beside the pictures of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count, takewhile

import numpy as np

from shiftscope.errors import StudyDamaged
from shiftscope.explain.visualisation.differences.difference import Difference
from shiftscope.explain.visualisation.differences.difference_direction import Separation, separation
from shiftscope.explain.visualisation.differences.in_use import responses_in_use
from shiftscope.explain.visualisation.differences.one_strength import (
    WEIGHTS,
    Asked,
    Pair,
    of_halves,
    of_one_strength,
)
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import read_picture
from shiftscope.store.keep_result import keep_result
from shiftscope.store.results import Result, ResultKey, read_result
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.unit_results import unit_key

KIND, PART = "differences", "separation"
VERSIONS = {PART: 1}
SPLIT = "fitted on one half of the samples by their ids, reported on the other"
ARRAYS = "direction", "numbers", "placebo"


def separation_of(study: StoredStudy, question: PictureQuestion) -> Separation:
    """How well the responses of the layer before tell the unit's strong responses under the shift from those on the
    reference, for a question with a use; kept, and found again.

    Raises
    ------
    BadRequest
        Fewer than 30 samples a side.
    NotInStudy
        No such layer, or its single responses are not kept.
    """
    assert question.use is not None
    if found := read_separation(study, question):
        return found
    dataset, at, _ = question.use
    fit, held_out = responses_in_use(study, question.layer, question.unit, dataset, at)
    found = separation(fit, held_out, rng=np.random.default_rng(question.seed))
    write_separation(study, question, found)
    return found


def write_separation(study: StoredStudy, question: PictureQuestion, found: Separation) -> None:
    """As `keep_result`."""
    arrays = {
        "direction": found.direction,
        "numbers": np.array([found.auroc, found.low, found.high]),
        "placebo": found.placebo,
    }
    keep_result(study, Result(_key(study, question), {PART: arrays}))


def read_separation(study: StoredStudy, question: PictureQuestion) -> Separation | None:
    """What is kept; None where nothing is, or it is stale or damaged."""
    try:
        kept = read_result(study.path, _key(study, question))
    except StudyDamaged:
        return None  # it is computed again
    arrays = kept.parts.get(PART, {}) if kept else {}
    if not all(name in arrays for name in ARRAYS) or arrays["numbers"].shape != (3,):
        return None
    direction, numbers, placebo = (np.asarray(arrays[name], np.float64) for name in ARRAYS)
    auroc, low, high = numbers.tolist()
    return Separation(direction, auroc, low, high, placebo) if len(placebo) else None


def differences_of(
    study: StoredStudy, questions: Iterable[PictureQuestion]
) -> Iterator[tuple[PictureQuestion, PictureQuestion, Difference]]:
    """Those among kept pictures of which the other picture and the numbers are kept too and nothing is stale: the
    question of the picture as under the shift, that of the other, and what was found, with every division that is kept
    up to the first that is not. They are read one by one."""
    for question in questions:
        if question.use is None or question.use[2] != 1 or question.use[0] == study.reference:
            continue
        if question.weight != WEIGHTS[0] or question.level is not None:
            continue  # found with the first
        kept = of_one_strength(question, lambda asked: _both(study, asked))
        apart = read_separation(study, question)
        if kept is None or apart is None:
            continue
        (shown, other), (shifted, reference) = kept
        found = Difference(apart, shifted, reference, question.use[0], shown.weight)
        every = (
            _both(study, of_halves(shown, study.reference, division, found.level)) for division in count(1)
        )
        halves = tuple(each for each in takewhile(bool, every) if each)
        yield shown, other, replace(found, placebo=halves)


def _both(study: StoredStudy, questions: Asked) -> Pair | None:
    """None unless both are kept."""
    one, other = (read_picture(study, each) for each in questions)
    return (one, other) if one and other else None


def _key(study: StoredStudy, question: PictureQuestion) -> ResultKey:
    assert question.use is not None
    dataset, at, _ = question.use
    sets = [dataset, study.reference]
    key = unit_key(
        study,
        KIND,
        question.layer,
        sets,
        {"unit": question.unit, "at": at},
        named=f"unit {question.unit}, {at}",
        seed=question.seed,
        versions=VERSIONS,
    )
    before = {study.manifest.recorded_as(name): study[name].holding(at).digest for name in sets}
    return replace(key, ground={**key.ground, **before}, split=SPLIT)
