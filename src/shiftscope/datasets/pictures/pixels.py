"""What a model's input was made from, so that another one can be made of changed pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from shiftscope.errors import DataError


@dataclass(frozen=True)
class Pixels:
    """A picture after resize and crop and before mean and deviation, and the way from it to the input.

    Read when somebody asks, as most datasets are shown as they are.
    """

    read: Callable[[], npt.NDArray[Any]]  # (row, column[, channel]) bytes, or floating point in 0..1
    to_input: Callable[[npt.NDArray[Any]], torch.Tensor]
    input: torch.Tensor  # that was made of these


class Shown(NamedTuple):
    """What the model is given and what a person is."""

    input: torch.Tensor
    picture: Image.Image | None = None
    pixels: Pixels | None = None


def bare_pixels(given: torch.Tensor) -> Pixels:
    """A model's input of values in 0..1 as its own pixels.

    Raises
    ------
    DataError
        It is no floating-point (channel, row, column).
    """
    if given.ndim != 3 or not given.is_floating_point():
        raise DataError(f"{tuple(given.shape)} are no images; a shift needs rows and columns.")
    return Pixels(lambda: channels_last(given), lambda image: channels_first(image).to(given.dtype), given)


def channels_last(given: torch.Tensor) -> npt.NDArray[np.floating[Any]]:
    """(row, column, channel) floats of a (channel, row, column) tensor."""
    values: npt.NDArray[np.floating[Any]] = given.detach().cpu().float().numpy().transpose(1, 2, 0)
    return values


def channels_first(image: npt.NDArray[Any]) -> torch.Tensor:
    """(channel, row, column), in memory of its own."""
    return torch.from_numpy(image.transpose(2, 0, 1).copy())
