"""What a dictionary is compared with where that is asked for: one fitted on the shifted set, one without training."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from shiftscope.derived.derivation import Derivation, Rows, made, made_again
from shiftscope.derived.fitting import positions_to_fit, rows_to_fit
from shiftscope.errors import BadRequest, StudyDamaged, StudyMismatch
from shiftscope.explain.fit_under_shift.moments import set_moments
from shiftscope.explain.fit_under_shift.numbers import FIELDS, Numbers, as_array, from_array
from shiftscope.explain.fit_under_shift.reconstructions import by_dictionary
from shiftscope.explain.fit_under_shift.sets import ReportedSet, drawn_together, held_out, reported
from shiftscope.explain.fit_under_shift.summary import LEVEL, RESAMPLES, SEED, numbers_of
from shiftscope.explain.fit_under_shift.told import Told, foreign_errors, told
from shiftscope.model.linear_map import LinearMap
from shiftscope.statistics.split import fit_half
from shiftscope.store.results import Result, ResultKey, read_result, write_result
from shiftscope.store.stored_study import StoredStudy

KIND = PART = "further_fits"
VERSIONS = {PART: 1}
REFIT, UNTRAINED = "refit", "untrained model"
Found = dict[str, dict[str, Numbers]]  # by row and dataset


def read_further(study: StoredStudy, layer: str, datasets: Sequence[str]) -> Found:
    """What is kept of either row."""
    found: Found = {}
    for row in (REFIT, UNTRAINED):
        for name in datasets:
            try:
                kept = read_result(study.path, _key(study, layer, row, name, ""), any_of=("of",))
            except StudyDamaged:
                continue
            if kept and kept.parts[PART].get("numbers", np.empty(0)).shape == (len(FIELDS),):
                found.setdefault(row, {})[name] = from_array(kept.parts[PART]["numbers"])
    return found


def refit(
    study: StoredStudy,
    layer: str,
    datasets: Sequence[str],
    advance: Callable[[int], None] = lambda sets: None,
) -> dict[str, Numbers]:
    """A dictionary of the same kind, size and number of rows, fitted on half of each set and reported on the other.

    Raises
    ------
    BadRequest
        A set that nothing can be fitted on.
    """
    derived, reference = study.derived[layer], study[study.reference]
    head = study.heads.get(derived.behind)
    before = made_again(derived.kind, derived.settings, study.learned(layer))
    theirs = held_out(reference, derived.behind)
    beside = _told(theirs, before, head, theirs, len(study.categories))
    found = {}
    for name in datasets:
        rows = rows_to_fit(study[name], derived.behind, positions_to_fit(study[name], derived.rows))
        fitted = _fitted(derived.kind, derived.settings, rows, name)
        ours = reported(study[name], derived.behind, reference)
        ours = _those(ours, ~fit_half(ours.ids.tolist()))
        found[name] = _numbers(ours, fitted, head, theirs, beside, len(study.categories))
        _keep(study, layer, REFIT, name, "", found[name])
        advance(1)
    return found


def of_untrained(
    study: StoredStudy,
    layer: str,
    datasets: Sequence[str],
    other: StoredStudy,
    advance: Callable[[int], None] = lambda sets: None,
) -> dict[str, Numbers]:
    """The same kind and size fitted on the layer of an untrained model that was recorded on the same data, with what it
    would decide; for the reference and the sets that its study has.

    Raises
    ------
    StudyMismatch
        A study without the layer, or without the reference's data.
    BadRequest
        Responses that the kind does not take.
    """
    derived = study.derived[layer]
    if derived.behind not in other.recorded_layers:
        raise StudyMismatch(
            f"{other.path} has no layer {derived.behind!r}, and this dictionary is of that one."
        )
    by_data = {
        other[name].plan.fingerprint: name for name in other
    }  # what it calls a dataset with the same data
    reference = by_data.get(study[study.reference].plan.fingerprint)
    if reference is None:
        raise StudyMismatch(f"{other.path} has no dataset with the data of {study.reference!r}.")
    recording = other[reference]
    rows = rows_to_fit(recording, derived.behind, positions_to_fit(recording))
    fitted = _fitted(derived.kind, derived.settings, rows, "the untrained model's responses")
    head = other.heads.get(derived.behind)
    theirs = held_out(recording, derived.behind)
    beside = _told(theirs, fitted, head, theirs, len(other.categories))
    found = {}
    for name in (study.reference, *datasets):
        there = by_data.get(study[name].plan.fingerprint)
        if there is not None:
            ours = theirs if there == reference else reported(other[there], derived.behind, recording)
            found[name] = _numbers(ours, fitted, head, theirs, beside, len(other.categories))
            _keep(study, layer, UNTRAINED, name, other[there].digest, found[name])
        advance(1)
    return found


def _fitted(kind: str, settings: Mapping[str, object], rows: Rows, of: str) -> Derivation:
    try:
        return made(kind, settings).fit(rows)
    except ValueError as error:
        raise BadRequest(f"{kind} cannot be fitted on {of}: {error}") from error


def _told(
    rows: ReportedSet, fitted: Derivation, head: LinearMap | None, errors_of: ReportedSet, categories: int
) -> Told:
    way = by_dictionary(fitted)
    return told(rows, set_moments(rows, categories), way, head, foreign_errors(errors_of, way, head))


def _numbers(
    ours: ReportedSet,
    fitted: Derivation,
    head: LinearMap | None,
    theirs: ReportedSet,
    beside: Told,
    categories: int,
) -> Numbers:
    order, other = (np.argsort(each.ids, kind="stable") for each in (ours, theirs))
    mine = _told(ours, fitted, head, theirs, categories)
    return numbers_of(mine, beside, order, other, paired=drawn_together(ours, theirs))


def _those(rows: ReportedSet, among: np.ndarray) -> ReportedSet:
    return dataclasses.replace(
        rows, positions=rows.positions[among], ids=rows.ids[among], labels=rows.labels[among]
    )


def _keep(study: StoredStudy, layer: str, row: str, name: str, of: str, numbers: Numbers) -> None:
    if not study.read_only:
        key = _key(study, layer, row, name, of)
        write_result(study.path, Result(key, {PART: {"numbers": as_array(numbers)}}))


def _key(study: StoredStudy, layer: str, row: str, name: str, of: str) -> ResultKey:
    head = study.heads.get(study.derived[layer].behind)
    return ResultKey.of(
        study,
        KIND,
        layer,
        list(dict.fromkeys((name, study.reference))),
        versions=VERSIONS,
        ground={"dictionary": study.derived[layer].digest, "head": head.digest if head else ""},
        settings={"resamples": RESAMPLES, "interval": LEVEL, "of": of},
        variant=row,
        seed=SEED,
        split="fitted on one half of the set or of the reference, reported on the other",
    )
