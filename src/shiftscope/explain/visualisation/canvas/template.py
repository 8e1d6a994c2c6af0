"""The magnitudes that pictures have at each frequency."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as functional

from shiftscope.explain.visualisation.canvas.colour import coloured
from shiftscope.explain.visualisation.canvas.magnitudes import ENOUGH, Magnitudes
from shiftscope.explain.visualisation.canvas.spectrum import even_part, falling, resampled


def template(
    shape: tuple[int, int, int], colour: torch.Tensor, pictures: torch.Tensor | None = None
) -> torch.Tensor:
    """(channel, row, half column) mean magnitude of the pictures' spectra in decorrelated colours; float64.

    The pictures (sample, channel, row, column) are brought to the shape's size first. With fewer than 32, or none, it
    falls with 1 / f in every channel.
    """
    channels, rows, columns = shape
    if pictures is None or len(pictures) < ENOUGH:
        return falling(rows, columns).expand(channels, -1, -1).clone()
    back = torch.linalg.inv(colour.double())
    mean = pictures.double().mean((0, 2, 3), keepdim=True)
    total = torch.zeros(channels, rows, columns // 2 + 1, dtype=torch.float64)
    for some in (pictures.double() - mean).split(64):  # type: ignore[no-untyped-call]
        if some.shape[-2:] != (rows, columns):
            some = functional.interpolate(
                some, (rows, columns), mode="bilinear", align_corners=False, antialias=True
            )
        total += torch.fft.rfft2(coloured(some, back)).abs().sum(0)
    return even_part(total / len(pictures), columns)


def resampled_template(given: Magnitudes, shape: tuple[int, int, int]) -> torch.Tensor:
    """(channel, row, half column) of pictures of another size, at the same frequencies in cycles per pixel."""
    rows, columns = shape[1:]
    magnitude = torch.from_numpy(np.asarray(given.magnitude, np.float64))
    if (rows, columns) == (magnitude.shape[1], given.columns):
        return magnitude
    return resampled(magnitude, given.columns, (rows, columns))
