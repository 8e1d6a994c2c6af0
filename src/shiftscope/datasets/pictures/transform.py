"""A function of the user's that makes a model's input of a picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from PIL import Image

from shiftscope.datasets.fingerprint import fingerprint
from shiftscope.datasets.pictures.drawn_labels import ChannelValues, channel_values
from shiftscope.datasets.pictures.given_input import shown_input
from shiftscope.datasets.pictures.pixels import Shown
from shiftscope.datasets.pictures.preprocess import PixelArray, Preprocess
from shiftscope.errors import BadRequest, DataError

SIZES = (240, 320), (64, 64)  # rows and columns of the pictures that tell one transform from another
REPEATS = 5  # of each, so that a transform which draws random numbers is seen


class Transform:
    """`function` in the place of a `Preprocess`: a picture (PIL) in, a tensor or an array (channel, row, column) out.

    A function has no name that says what it does, so what it gives on two made pictures is its identity. Where it is
    a chain (`transforms`) that ends in a step with `mean` and `std`, as torchvision's Normalize, pictures are drawn,
    and shifts act, before that step.

    Raises
    ------
    DataError
        It takes none of the pictures, gives something else, or gives something else each time.
    BadRequest
        It cannot be called.
    """

    def __init__(self, function: Callable[[Image.Image], Any]) -> None:
        if not callable(function):
            raise BadRequest(
                f"transform={function!r}; it takes a function from a picture (PIL) to a tensor (channel, row, column)."
            )
        self.function = function
        self.name = _name(function)
        self._mean, self._std = _normalisation(function)
        self.digest = self._identity()

    def show(self, pixels: Image.Image | PixelArray) -> Shown:
        """The model's input and its picture, of a picture or of bytes (row, column) or (row, column, 3)."""
        picture = Image.fromarray(np.ascontiguousarray(pixels)) if isinstance(pixels, np.ndarray) else pixels
        return shown_input(self._made(picture), self._mean, self._std)

    def describe(self) -> dict[str, Any]:
        """Its name, for a person, and the digest of what it gives, as plain JSON."""
        return {"transform": self.name, "digest": self.digest}

    def _made(self, picture: Image.Image) -> torch.Tensor:
        made = self.function(picture)
        if not isinstance(made, (torch.Tensor, np.ndarray)):
            raise DataError(
                f"the transform gives {type(made).__name__}; it has to give a tensor or an array (channel, row, "
                "column). With torchvision, end it with ToTensor()."
            )
        given = torch.as_tensor(made, device="cpu").detach().clone(memory_format=torch.contiguous_format)
        if given.dtype == torch.float64:
            given = given.float()
        if not given.is_floating_point() or given.ndim != 3:
            raise DataError(
                f"the transform gives {given.dtype} of shape {tuple(given.shape)}; it has to give floating point "
                "(channel, row, column), without the batch."
            )
        return given

    def _identity(self) -> str:
        told: list[Any] = []
        refused: Exception | None = None
        for picture in _pictures():
            try:
                first = self._made(picture.copy())
                again = [self._made(picture.copy()) for _ in range(REPEATS - 1)]
            except DataError:
                raise
            except Exception as error:  # whatever its owner's code raises, as of a picture that is too small
                refused = error
                told.append(type(error).__name__)
                continue
            if not all(torch.equal(first, each) for each in again):
                raise DataError(
                    f"the transform {self.name} gives something else each time. Take random augmentation out of it."
                )
            told += [str(first.dtype), list(first.shape), first.flatten().view(torch.uint8).numpy().tobytes()]
        if refused is not None and not any(isinstance(each, bytes) for each in told):
            raise DataError(
                f"the transform {self.name} takes no RGB picture (PIL): {type(refused).__name__}: {refused}"
            ) from refused
        return fingerprint("transform", *told)


ToInput = Preprocess | Transform  # what makes inputs of pictures


def _pictures() -> Iterator[Image.Image]:
    for rows, columns in SIZES:
        row, column, channel = np.ogrid[:rows, :columns, :3]
        yield Image.fromarray(((row * 7 + column * 13 + channel * 29 + row * column) % 256).astype(np.uint8))


def _name(function: Any) -> str:
    """Of a chain its steps, without places in memory."""
    if hasattr(function, "transforms"):
        return " ".join(re.sub(r" at 0x[0-9a-f]+", "", repr(function)).split())
    named = getattr(function, "__qualname__", None)
    return f"{function.__module__}.{named}" if named else type(function).__qualname__


def _normalisation(function: Any) -> tuple[ChannelValues, ChannelValues]:
    steps = getattr(function, "transforms", None)
    last = steps[-1] if isinstance(steps, (list, tuple)) and steps else None
    mean, std = getattr(last, "mean", None), getattr(last, "std", None)
    if mean is None or std is None:
        return None, None
    return channel_values("mean", mean, 0.0), channel_values("std", std, 1.0)
