"""What a study's model does to gradients where it makes maps smaller."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.downsampling.around_modules import downsampling
from shiftscope.explain.attribution.downsampling.shares import (
    Downsampling,
    DownsamplingQuestion,
    DownsamplingShares,
)
from shiftscope.explain.attribution.study_functions import (
    AT_ONCE,
    function_of_study,
    refuse_other_responses,
    target_of,
)
from shiftscope.recording.live_study import LiveStudy


def downsampling_of(
    live: LiveStudy,
    question: DownsamplingQuestion,
    positions: Sequence[int],
    *,
    advance: Callable[[int], None] = lambda samples: None,
) -> DownsamplingShares:
    """Over some samples of a dataset, a few at a time.

    Raises
    ------
    StudyMismatch
        The unit does not respond as it did when it was recorded.
    LayerError
        No module on the way to the unit makes a map smaller.
    BadRequest
        Inputs that are no pictures of numbers with a gradient.
    """
    function = function_of_study(live, [target_of(question)])
    if question.pool is None:  # otherwise nothing is stored that it could be compared with
        refuse_other_responses(live, function, question.dataset, question.layer, [question.unit], positions)

    def values(points: torch.Tensor) -> torch.Tensor:
        return function.once(points, torch.arange(len(points), device=points.device))[:, 0]

    blocks = []
    for start in range(0, len(positions), AT_ONCE):
        inputs = live.inputs(question.dataset, list(positions[start : start + AT_ONCE]))
        if inputs.ndim != 4 or not inputs.is_floating_point():
            raise BadRequest(
                f"maps get smaller of pictures of floating point; these inputs are {tuple(inputs.shape[1:])} a sample, "
                f"{inputs.dtype}."
            )
        blocks.append(downsampling(live.model, inputs, values))
        advance(len(inputs))
    modules = [_joined(parts) for parts in zip(*blocks, strict=True)]
    return DownsamplingShares(question, np.asarray(positions, np.int64), modules)


def _joined(parts: Sequence[Downsampling]) -> Downsampling:
    """One module's shares over the samples of all blocks."""
    before, after = (np.concatenate([getattr(each, name) for each in parts]) for name in ("before", "after"))
    return replace(parts[0], before=before, after=after)
