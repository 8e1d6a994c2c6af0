"""How long a recording will take, by its first samples."""

from __future__ import annotations

from time import perf_counter

import torch
from torch import nn

from shiftscope.datasets.sample import Dataset
from shiftscope.errors import DataError
from shiftscope.model.evaluation.evaluation import observed, unwrap
from shiftscope.model.forward import forward
from shiftscope.recording.stream import first_inputs

TIMED = 8  # samples that are read and shown to the model


def reading_seconds(samples: Dataset) -> float:
    """Of one sample, by the mean of the first ones; NaN where they cannot be read."""
    count = min(TIMED, len(samples))
    try:
        samples[0]  # tables of the shift are built once
        begun = perf_counter()
        for position in range(count):
            samples[position]
    except DataError:
        return float("nan")
    return (perf_counter() - begun) / count


def forward_seconds(samples: Dataset, model: nn.Module, batch_size: int) -> float:
    """Of one sample, by a batch of the first one over and over."""
    bare = unwrap(model)
    inputs, _ = first_inputs(samples, bare)
    count = min(TIMED, batch_size, max(2, len(samples)))
    batch = inputs[:1].expand(count, *inputs.shape[1:]).contiguous()
    with observed(bare):
        forward(bare, batch)
        begun = perf_counter()
        forward(bare, batch)
        if batch.is_cuda:
            torch.cuda.synchronize()
    return (perf_counter() - begun) / count
