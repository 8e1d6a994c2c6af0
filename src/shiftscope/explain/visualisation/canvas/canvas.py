"""What a picture is drawn on: its shape, its range, its colours, and where it starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from shiftscope.explain.visualisation.canvas.colour import coloured

EDGE = 1 / 510  # of the range: half a step of 8 bits, within which a sigmoid has a gradient


@dataclass(frozen=True)
class Canvas:
    """Pictures (channel, row, column) in a range, from numbers without bounds in decorrelated colours."""

    shape: tuple[int, int, int]
    range: tuple[float, float]
    colour: torch.Tensor  # (channel, channel)
    # (channel, row, half column) magnitudes: the mean of many pictures, taken only where a method holds them.
    template: Callable[[], torch.Tensor]
    generator: torch.Generator  # of every random number, on the CPU
    dtype: torch.dtype = torch.float32
    device: torch.device | str = "cpu"
    start: torch.Tensor | None = None  # the picture to start from
    pictures: torch.Tensor | None = None  # (sample, channel, row, column) of the reference, in the range

    def noise(self, *shape: int) -> torch.Tensor:
        """Standard normal numbers."""
        drawn = torch.randn(*shape, generator=self.generator, dtype=self.dtype)
        return drawn.to(self.device)

    def picture(self, decorrelated: torch.Tensor) -> torch.Tensor:
        """The picture of (channel, row, column) numbers."""
        low, high = self.range
        return low + (high - low) * torch.sigmoid(coloured(decorrelated, self.colour))

    def numbers(self, picture: torch.Tensor) -> torch.Tensor:
        """The (channel, row, column) numbers of a picture, whose extremes are taken a half of 8 bits inwards."""
        low, high = self.range
        share = ((picture.double() - low) / (high - low)).clamp(EDGE, 1 - EDGE)
        back = torch.linalg.inv(self.colour.double())
        return coloured(torch.logit(share), back.to(share)).to(self.device, self.dtype)
