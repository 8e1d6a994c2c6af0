"""Channels of a convolutional map, pooled over its positions."""

from __future__ import annotations

import torch
from torch import nn

from shiftscope.units.kind import Axes, UnitKind, enter

# In one dimension (sample, channel, position) looks like (sample, token, dimension): the module tells.
ONE_DIMENSIONAL = (
    nn.Conv1d,
    nn.ConvTranspose1d,
    nn.BatchNorm1d,
    nn.InstanceNorm1d,
    nn.MaxPool1d,
    nn.AvgPool1d,
    nn.AdaptiveAvgPool1d,
    nn.AdaptiveMaxPool1d,
)


def is_map(shape: tuple[int, ...], module: nn.Module) -> bool:
    return len(shape) >= 4 or (len(shape) == 3 and isinstance(module, ONE_DIMENSIONAL))


def mean(output: torch.Tensor, axes: Axes) -> torch.Tensor:
    """Mean over positions, summed in float32 whatever the model computes in."""
    return torch.mean(output, dim=_positions(output, axes), dtype=torch.float32)


def maximum(output: torch.Tensor, axes: Axes) -> torch.Tensor:
    return torch.amax(output, dim=_positions(output, axes))


def center(output: torch.Tensor, axes: Axes) -> torch.Tensor:
    """The unit whose receptive field is in the middle, as an electrode in one place sees it."""
    channels_first = output.movedim(axes.channel, 1)
    for _ in range(2, output.ndim):
        channels_first = channels_first.select(2, channels_first.shape[2] // 2)
    return channels_first.clone()


def _positions(output: torch.Tensor, axes: Axes) -> list[int]:
    channel = axes.channel % output.ndim
    return [axis for axis in range(1, output.ndim) if axis != channel]


enter(UnitKind("channel", fits=is_map, pools={"mean": mean, "max": maximum, "center": center}))
