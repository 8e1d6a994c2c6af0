"""From pictures to what a model is given, and back, where a preprocessing lies between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from shiftscope.datasets.pictures.preprocess import Preprocess
from shiftscope.errors import BadRequest


@dataclass(frozen=True)
class Entering:
    """Pictures of 0 to 1 as the model's inputs; without a preprocessing they are the inputs themselves."""

    preprocess: Preprocess | None = None

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        """(..., channel, row, column) inputs, with their gradient."""
        if self.preprocess is None:
            return pictures
        planes = pictures.flip(-3) if self.preprocess.channels == "bgr" else pictures
        return (planes * self.preprocess.scale - _planes(self.preprocess.mean, 0.0, planes)) / _planes(
            self.preprocess.std, 1.0, planes
        )

    def back(self, inputs: torch.Tensor) -> torch.Tensor:
        """(..., channel, row, column) pictures of which these are the inputs."""
        if self.preprocess is None:
            return inputs
        planes = inputs * _planes(self.preprocess.std, 1.0, inputs)
        planes = (planes + _planes(self.preprocess.mean, 0.0, inputs)) / self.preprocess.scale
        return planes.flip(-3) if self.preprocess.channels == "bgr" else planes


def refuse_beyond(
    pictures: torch.Tensor, limits: tuple[float, float], what: str, *, room: float = 1e-6
) -> None:
    """Raise `BadRequest` where pictures leave a range by more than `room` of it; `what` says whose they are."""
    least, most = (
        end + side * room * (limits[1] - limits[0]) for end, side in zip(limits, (-1, 1), strict=True)
    )
    for there in (float(pictures.min()), float(pictures.max())):
        if not least <= there <= most:
            raise BadRequest(f"range {limits[0]:g}..{limits[1]:g}, but {what} reaches {there:g}.")


def _planes(numbers: Any, otherwise: float, like: torch.Tensor) -> torch.Tensor:
    """(channel or 1, 1, 1) numbers."""
    return torch.as_tensor(
        otherwise if numbers is None else numbers, dtype=like.dtype, device=like.device
    ).reshape(-1, 1, 1)
