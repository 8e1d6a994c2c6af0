"""The type that each layer is stored in, where the user leaves it to what its first responses are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from shiftscope.datasets.sample import Dataset
from shiftscope.model.answer import Answer
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.recording.rounding import Rounding
from shiftscope.recording.stream import PassOptions, stream
from shiftscope.shard import StoredType

TRIED = 32  # samples
PART = 0.2  # of what may be lost: later samples may lose more


def stored_types(
    model: nn.Module,
    dataset: Dataset,
    layers: Sequence[RecordedLayer],
    categories: Sequence[str],
    answer: Answer,
    *,
    batch_size: int,
) -> tuple[StoredType, dict[str, StoredType]]:
    """Of the logits and most layers, and of the others by their names; from a pass over the first samples.

    Half precision where that leaves the samples apart, else float32. Raises as `stream`.
    """
    tried = range(min(TRIED, len(dataset)))
    (shard,) = stream(
        model,
        dataset,
        layers,
        categories,
        {0: tried},
        stored_as="float32",
        answer=answer,
        options=PassOptions(batch_size=min(batch_size, TRIED), on_error="skip"),
    )
    logits: StoredType = _fitting(shard.logits[shard.shown])
    of_layers = {name: _fitting(responses[shard.shown]) for name, responses in shard.responses.items()}
    return logits, {name: kind for name, kind in of_layers.items() if kind != logits}


def _fitting(responses: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> StoredType:
    exact = torch.from_numpy(responses)
    rounding = Rounding()
    rounding.add(exact, exact.half())
    return "float32" if rounding.samples and rounding.harmed(PART).any() else "float16"
