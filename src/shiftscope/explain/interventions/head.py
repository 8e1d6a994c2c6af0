"""What the study's linear head answers when responses before it are changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.interventions.edit import Edit
from shiftscope.explain.interventions.intervention import Answers
from shiftscope.model.linear_map import LinearMap
from shiftscope.store.layout import SHARD_SAMPLES
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy

Logits = npt.NDArray[np.float32]  # (sample, category)


def head_behind(study: StoredStudy, layer: str | None = None) -> LinearMap:
    """The study's head, when `layer` is one that feeds it; the first of these where not given.

    Raises
    ------
    NotInStudy
        The study holds no linear head, or no such layer.
    BadRequest
        Only other layers feed the head.
    """
    if study.head is None:
        raise NotInStudy(
            "this study holds no linear head: the model ends in none, gives probabilities, or the layer before it was "
            "not recorded. Record the layer that feeds the last linear map, or give the model: model=net, or "
            "--model on the command line."
        )
    head = study.head if layer is None else study.heads.get(study.layer(layer).name)
    if head is None:
        raise BadRequest(
            f"layer {layer!r} does not feed the linear head, {' and '.join(map(repr, study.heads))} "
            f"{'does' if len(study.heads) == 1 else 'do'}, so what follows a change of {layer!r} "
            "cannot be computed from the study. Give the model too: model=net, or --model on "
            "the command line."
        )
    return head


def through_head(recording: Recording, head: LinearMap, units: Sequence[int], edit: Edit) -> Answers:
    """Predictions for one dataset with some units changed.

    The change times the head's weights is added to the stored logits. These, and not the head applied to the
    stored responses, are the baseline, so that where nothing changes the prediction is the recorded one, exactly.
    If the stored logits are log-probabilities they lack a constant for each sample, which moves no prediction.

    Raises
    ------
    NotInStudy
        Single responses of the dataset were not kept.
    """
    samples, chosen = recording.samples, list(units)
    weight = head.weight[:, chosen]
    after = np.full(len(samples), NO_LABEL, np.int64)
    for start in range(0, len(samples), SHARD_SAMPLES):
        run = slice(start, min(start + SHARD_SAMPLES, len(samples)))
        predictions = samples.predictions[run]
        responses = recording.responses(head.layer, run.start, run.stop)[:, chosen].astype(np.float32)
        change = edit.changed(responses, predictions) - responses
        logits = recorded_logits(recording, run.start, run.stop) + change @ weight.T
        after[run] = np.where(predictions == NO_LABEL, NO_LABEL, logits.argmax(axis=1))
    return Answers(samples.labels, samples.predictions, after)


def recorded_logits(recording: Recording, start: int, stop: int) -> Logits:
    """(sample, category) stored logits of a run, the recorded prediction's the one largest.

    Rounding to the stored type never turns the order of two logits, but it can make them equal; the recorded
    prediction then gets the next float32 above.
    """
    logits = recording.logits_of(start, stop).astype(np.float32)
    predictions = recording.samples.predictions[start:stop]
    rows = np.flatnonzero(predictions != NO_LABEL)
    above = np.nextafter(logits[rows].max(axis=1), np.float32(np.inf)) if len(rows) else np.empty(0)
    logits[rows, predictions[rows]] = above
    return logits


def checked_units(units: Sequence[Any], study: StoredStudy, layer: str) -> tuple[int, ...]:
    """Each unit once, in the order given.

    Raises
    ------
    BadRequest
        No unit, or one that is no whole number.
    NotInStudy
        A unit that the layer does not have.
    """
    described = study.layer(layer)
    if any(int(unit) != unit for unit in units):
        raise BadRequest(f"units={list(units)!r}; a unit is a whole number from 0 to {described.units - 1}.")
    chosen = tuple(dict.fromkeys(described.check(int(unit)) for unit in units))
    if not chosen:
        raise BadRequest(
            f"no unit to change; {layer!r} has {described.units}. Name some, or ask for the worst."
        )
    return chosen
