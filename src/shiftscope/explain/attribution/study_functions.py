"""Units of a study as functions of its model's inputs, held against what was recorded of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from shiftscope.errors import StudyMismatch
from shiftscope.explain.attribution.function import Function
from shiftscope.model.target import Logit, Neuron, Target
from shiftscope.model.terms import KnownTargets
from shiftscope.recording.live_study import LiveStudy
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_recording import Recording

AT_ONCE = 16  # samples that are shown to the model
NEAR = 1e-4  # relative difference of a response computed again
NEAR_HALF = 1e-3  # where it was stored in half precision
NEAR_CODE = 1e-2  # where it was computed from such responses, whose errors add up


class OfUnit(Protocol):
    """What is asked of one unit."""

    @property
    def layer(self) -> str: ...

    @property
    def unit(self) -> int: ...

    @property
    def pool(self) -> str | None: ...


def function_of_study(
    live: LiveStudy, targets: Sequence[Target], *, model: nn.Module | None = None
) -> Function:
    """Units of a study as a function of its model's inputs, or of a copy's, read as they were recorded."""
    known = KnownTargets(live.study.layers, len(live.study.categories), live.encoders, live.deviation)
    return Function(
        live.model if model is None else model,
        [known.terms(target) for target in targets],
        len(targets),
        names=[str(target) for target in targets],
        output=live.answer.output,
        probabilities=live.answer.probabilities,
        autocast=live.answer.autocast,
    )


def target_of(question: OfUnit) -> Target:
    if question.layer == LOGITS:
        return Logit(question.unit)
    return Neuron(question.layer, question.unit, question.pool)


def keeps_responses(recording: Recording, layer: str) -> bool:
    """Whether single responses of a layer, or logits, are stored."""
    return (recording if layer == LOGITS else recording.holding(layer)).keeps_responses


def refuse_other_responses(
    live: LiveStudy,
    function: Function,
    dataset: str,
    layer: str,
    units: Sequence[int],
    positions: Sequence[int],
) -> None:
    """Raise `StudyMismatch` where units do not respond as they did when they were recorded.

    Nothing is compared where single responses were not kept.
    """
    recording = live.study[dataset]
    if not keeps_responses(recording, layer):
        return
    if layer == LOGITS:
        stored = np.stack([recording.logits(position) for position in positions])[:, list(units)]
    else:
        stored = recording.responses_at(layer, list(positions))[:, list(units)]
    near = _nearness(live, recording, layer, stored)
    stored = stored.astype(np.float64)
    bar = near * np.abs(stored).max(axis=0, initial=0)
    with function.held():
        for start in range(0, len(positions), AT_ONCE):
            some = list(positions[start : start + AT_ONCE])
            inputs = live.inputs(dataset, some)
            function.rows = len(some)
            now = (
                function.values(inputs, torch.arange(len(some), device=inputs.device)).double().cpu().numpy()
            )
            then = stored[start : start + len(some)]
            apart = ~(np.abs(now - then) <= np.maximum(near * np.abs(now), bar))
            for row, column in np.argwhere(apart)[:1]:
                raise StudyMismatch(
                    f"{function.names[column]} on {recording.samples[some[row]].id}: {then[row, column]:g} is stored, "
                    f"the model gives {now[row, column]:g}; is the preprocessing the recording's?"
                )


def _nearness(live: LiveStudy, recording: Recording, layer: str, stored: npt.NDArray[Any]) -> float:
    encoder = live.encoders.get(layer) if layer != LOGITS else None
    if encoder is not None and recording.stored_type(encoder.behind) != "float32":
        return NEAR_CODE
    return NEAR_HALF if stored.dtype.itemsize < 4 else NEAR
