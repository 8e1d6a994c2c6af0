"""A model's input that somebody else made, as a person sees it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.datasets.pictures.drawn_labels import ChannelValues, draw
from shiftscope.datasets.pictures.pixels import Pixels, Shown


def shown_input(given: torch.Tensor, mean: ChannelValues, std: ChannelValues) -> Shown:
    """A floating-point input with its picture, in which `mean` and `std` are undone where either is known.

    Its pixels are the values in 0..1 that these were applied to; without them it has none.
    """
    picture = draw(_numbers(given), mean=mean, std=std)
    undone = given.ndim == 3 and not (mean is None and std is None)
    return Shown(given, picture, _before_normalisation(given, mean, std) if undone else None)


def _before_normalisation(given: torch.Tensor, mean: ChannelValues, std: ChannelValues) -> Pixels:
    centre, width = _wide(mean, 0), _wide(std, 1)

    def undo() -> npt.NDArray[Any]:
        return (_numbers(given) * width + centre).astype(np.float32).transpose(1, 2, 0)

    def redo(image: npt.NDArray[Any]) -> torch.Tensor:
        return torch.from_numpy(((image.transpose(2, 0, 1) - centre) / width).astype(np.float32)).to(
            given.dtype
        )

    return Pixels(undo, redo, given)


def _wide(values: ChannelValues, default: float) -> npt.NDArray[np.float64]:
    return np.asarray(default if values is None else values, np.float64)


def _numbers(given: torch.Tensor) -> npt.NDArray[Any]:
    """bfloat16, which NumPy does not have, as float32."""
    values: npt.NDArray[Any] = (given.float() if given.dtype == torch.bfloat16 else given).numpy()
    return values
