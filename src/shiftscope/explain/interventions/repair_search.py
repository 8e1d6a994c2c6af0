"""The search for the smallest set of units whose silence helps: chosen on one half, reported on the other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.errors import BadRequest
from shiftscope.explain.interventions.greedy import FOLDS, greedy_path, worthwhile_length
from shiftscope.explain.interventions.head import head_behind, recorded_logits
from shiftscope.explain.interventions.repair import Repair, RepairQuestion
from shiftscope.explain.interventions.silenced import silenced
from shiftscope.explain.interventions.silencing import Shown
from shiftscope.explain.interventions.steps import steps_along
from shiftscope.model.linear_map import LinearMap
from shiftscope.statistics.split import FIT, HELD_OUT, order_of, split
from shiftscope.store.layout import SHARD_SAMPLES
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy

SEARCHED_AT_MOST = 10_000  # samples of a dataset that the search looks at, so that its time is bounded
SEARCHES = FOLDS + 1  # paths: one for each fold, and the one that is taken


def search_repair(
    study: StoredStudy,
    question: RepairQuestion,
    *,
    advance: Callable[[int], None] = lambda steps: None,
) -> Repair:
    """Search the smallest set of units whose silence raises the accuracy on a shifted set.

    The labelled samples of each dataset are dealt into two halves by their ids, so that an image is in the same half
    in every dataset. On one half units are silenced greedily, and how many of them are worth it is decided by
    cross-validation inside that half (`greedy_path`, `worthwhile_length`); the other half is only looked at to report.
    Time is bounded: at most 10,000 samples of each set are searched, and each step computes only answers that can
    change.

    Parameters
    ----------
    advance
        Told of every step, of `SEARCHES` times `question.most`.

    Raises
    ------
    NotInStudy
        Single responses of the dataset or the reference were not kept.
    BadRequest
        Too few labelled samples to split.
    """
    head = head_behind(study, question.layer)
    halves = halves_to_search(study, question)
    ours, theirs = (_searched(study[name], head, own == FIT, question.seed) for name, own in halves.items())
    margin, most = question.margin, question.most
    path = greedy_path(ours[0], theirs[0], head.weight, margin=margin, most=most, advance=advance)
    length = (
        worthwhile_length(ours, theirs, head.weight, margin=margin, most=most, advance=advance) if path else 0
    )
    steps = steps_along(study[question.dataset], head, path, halves[question.dataset])
    units = tuple(path[:length])
    names = reported_on(study, question)
    return Repair(
        question,
        units,
        tuple(path),
        steps,
        {name: silenced(study[name], head, units) for name in names},
        {name: halves_of(study[name], question.seed) for name in names},
    )


def halves_to_search(study: StoredStudy, question: RepairQuestion) -> dict[str, npt.NDArray[np.int64]]:
    """`halves_of` the dataset and the reference, by name; raises what `search_repair` does."""
    head = head_behind(study, question.layer)
    halves = {name: halves_of(study[name], question.seed) for name in (question.dataset, question.reference)}
    for name, own in halves.items():
        study[name].require_responses()
        _check_enough(study[name], head, own)
    return halves


def reported_on(study: StoredStudy, question: RepairQuestion) -> list[str]:
    """The datasets whose single responses were kept; the two that are searched, in any case."""
    searched = (question.dataset, question.reference)
    return [name for name in study if name in searched or study[name].keeps_responses]


def halves_of(recording: Recording, seed: int) -> npt.NDArray[np.int64]:
    """(sample,) half of each labelled sample that was shown, -1 for the others."""
    samples = recording.samples
    known = np.flatnonzero((samples.labels != NO_LABEL) & (samples.predictions != NO_LABEL))
    halves = np.full(len(samples), -1, np.int64)
    halves[known] = split(_ids(recording, known), 2, seed)
    return halves


def _check_enough(recording: Recording, head: LinearMap, halves: npt.NDArray[np.int64]) -> None:
    search, held_out = (int((halves == half).sum()) for half in (FIT, HELD_OUT))
    if min(search, held_out) < 2 * FOLDS or len(head.weight) < 2:
        raise BadRequest(
            f"{recording.name!r} has {search} labelled samples to search in, {held_out} to report on, and "
            f"{len(head.weight)} categories; a repair needs at least {2 * FOLDS}, {2 * FOLDS} and two. Halves are by "
            "the samples' ids and the seed: with few samples another seed may do."
        )


def _searched(
    recording: Recording, head: LinearMap, chosen: npt.NDArray[np.bool_], seed: int
) -> tuple[Shown, npt.NDArray[np.int64]]:
    """The samples chosen, as many as are searched, and the fold of each."""
    positions = np.flatnonzero(chosen)
    if len(positions) > SEARCHED_AT_MOST:
        order = np.argsort(order_of(_ids(recording, positions), seed), kind="stable")
        positions = np.sort(positions[order[:SEARCHED_AT_MOST]])
    responses, logits = [], []
    for start in range(0, len(recording.samples), SHARD_SAMPLES):
        stop = min(start + SHARD_SAMPLES, len(recording.samples))
        here = positions[(positions >= start) & (positions < stop)] - start
        if len(here):
            responses.append(recording.responses(head.layer, start, stop)[here])
            logits.append(recorded_logits(recording, start, stop)[here])
    labels = recording.samples.labels[positions]
    folds = split(_ids(recording, positions), FOLDS, seed)
    return Shown(np.concatenate(responses), np.concatenate(logits), labels), folds


def _ids(recording: Recording, positions: npt.NDArray[np.intp]) -> list[str]:
    names = recording.samples.column("id").to_pylist()
    return [names[position] for position in positions]
