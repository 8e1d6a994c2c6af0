"""A model's input as a picture, when there is no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from shiftscope.errors import BadRequest

ChannelValues = float | Sequence[float] | npt.NDArray[np.float32] | None


def draw(
    values: npt.NDArray[Any],
    *,
    mean: ChannelValues = None,
    std: ChannelValues = None,
    stretch: bool | None = None,
) -> Image.Image | None:
    """The picture of (channel, row, column) values; None unless there are 1 or 3 channels.

    With `mean` or `std` the normalisation is undone first. Otherwise values in 0..1 are drawn as they are,
    and others from this input's smallest value (black) to its largest (white); `stretch` says which,
    None looks. Values that are not finite are drawn black.
    """
    if values.ndim != 3 or values.shape[0] not in (1, 3) or values.size == 0:
        return None
    if stretch is not False or mean is not None or std is not None:
        values = values.astype(np.float64)  # room for the difference of the largest float32 values
    finite = bool(np.isfinite(values.sum(dtype=np.float64)))
    if not finite:
        values = np.where(np.isfinite(values), values, np.nan)
    if mean is not None or std is not None:
        values = values * channel_values("std", std, 1.0) + channel_values("mean", mean, 0.0)
        values = np.minimum(np.maximum(values, 0), 1)
    elif stretch is not False:
        low, high = np.fmin.reduce(values, axis=None), np.fmax.reduce(values, axis=None)
        if stretch or low < 0 or high > 1:
            values = (values - low) / (high - low if high > low else 1)
    if not finite:
        values = np.nan_to_num(values, copy=False)
    pixels = (values * 255 + 0.5).transpose(1, 2, 0).astype(np.uint8, order="C")
    rows, columns, channels = pixels.shape
    return Image.frombytes("L" if channels == 1 else "RGB", (columns, rows), pixels.tobytes())


def channel_values(option: str, value: ChannelValues, default: float) -> npt.NDArray[np.float32]:
    """(channel, 1, 1) from one number or one for each channel."""
    array = np.asarray(default if value is None else value, dtype=np.float32)
    if array.size not in (1, 3):
        raise BadRequest(f"{option}={value!r}; it takes one number, or one for each channel.")
    return array.reshape(-1, 1, 1)
