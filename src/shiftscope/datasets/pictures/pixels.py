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


def bare_pixels(given: Any) -> Pixels:
    """A model's input, a tensor or an array of bytes or of values in 0..1, as its own pixels.

    Its channels come first, unless only the last axis can be one of them, as in most arrays of NumPy.

    Raises
    ------
    DataError
        It is no (channel, row, column) and no (row, column, 1 or 3).
    """
    values = given.detach().cpu() if isinstance(given, torch.Tensor) else torch.from_numpy(np.asarray(given))
    if values.ndim != 3 or not (values.is_floating_point() or values.dtype == torch.uint8):
        raise DataError(f"{tuple(values.shape)} are no images; a shift needs rows and columns.")
    last = values.shape[2] in (1, 3) and values.shape[0] not in (1, 3)

    def read() -> npt.NDArray[Any]:
        image: npt.NDArray[Any] = (values if values.dtype == torch.uint8 else values.float()).numpy()
        return image if last else image.transpose(1, 2, 0)

    def to_input(image: npt.NDArray[Any]) -> Any:
        made = (torch.from_numpy(image.copy()) if last else channels_first(image)).to(values.dtype)
        return made if isinstance(given, torch.Tensor) else made.numpy()

    return Pixels(read, to_input, given)


def channels_last(given: torch.Tensor) -> npt.NDArray[np.floating[Any]]:
    """(row, column, channel) floats of a (channel, row, column) tensor."""
    values: npt.NDArray[np.floating[Any]] = given.detach().cpu().float().numpy().transpose(1, 2, 0)
    return values


def channels_first(image: npt.NDArray[Any]) -> torch.Tensor:
    """(channel, row, column), in memory of its own."""
    return torch.from_numpy(image.transpose(2, 0, 1).copy())
