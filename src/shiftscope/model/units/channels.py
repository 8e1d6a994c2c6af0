"""Channels of a convolutional map, pooled over its positions."""

from __future__ import annotations

import torch

from shiftscope.model.units.kind import Axes, UnitKind, register


def mean(output: torch.Tensor, axes: Axes) -> torch.Tensor:
    """Mean over positions, summed in float32 whatever the model computes in."""
    return torch.mean(output, dim=_positions(output, axes), dtype=torch.float32)


def maximum(output: torch.Tensor, axes: Axes) -> torch.Tensor:
    return torch.amax(output, dim=_positions(output, axes))


def center(output: torch.Tensor, axes: Axes) -> torch.Tensor:
    """The unit whose receptive field is in the middle, as an electrode in one place sees it."""
    return places(output, axes, "center").clone()


def places(output: torch.Tensor, axes: Axes, pool: str) -> torch.Tensor:
    """(sample, channel, ...) view of the positions that are pooled, or of the one in the middle."""
    channels_first = output.movedim(axes.channel, 1)
    for _ in range(2, output.ndim if pool == "center" else 2):
        channels_first = channels_first.select(2, channels_first.shape[2] // 2)
    return channels_first


def _positions(output: torch.Tensor, axes: Axes) -> list[int]:
    channel = axes.channel % output.ndim
    return [axis for axis in range(1, output.ndim) if axis != channel]


register(
    UnitKind(
        "channel",
        fits=lambda axes, units: axes > 3 or (axes == 3 and units == 1),
        pools={"mean": mean, "max": maximum, "center": center},
        unit_axis=lambda axes: axes.channel,
        places=places,
    )
)
