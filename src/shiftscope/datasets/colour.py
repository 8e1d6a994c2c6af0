"""Gray digits in the colour of their class."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.palettes import Palette, palette_named
from shiftscope.errors import ShapeError

THRESHOLD = 80  # raw byte; the experiment's `x * 255 > 150` of MNIST normalised by (0.1307, 0.3081)


def colour(
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[Any],
    palette: str | Palette,
    threshold: int = THRESHOLD,
) -> npt.NDArray[np.float32]:
    """Foreground in the class's colour, background black.

    Parameters
    ----------
    images : (sample, row, column) bytes
    labels : (sample,) rows of the palette
    palette : a name in `palettes`, or (category, 3) RGB in 0..1
    threshold
        The smallest byte that is foreground.

    Returns
    -------
    (sample, channel, row, column) float32 in 0..1
        The network's input, without further normalisation: 9.4 kB for a picture of 28 x 28.

    Raises
    ------
    ShapeError
        Arrays of other shapes, or a label without a colour.

    References
    ----------
    Deephys (Sarkar et al.), the Colored MNIST experiment.
    """
    colours = palette_named(palette) if isinstance(palette, str) else np.asarray(palette)
    labels = np.asarray(labels)
    if images.ndim != 3 or images.dtype != np.uint8 or labels.shape != images.shape[:1]:
        raise ShapeError(
            f"images {images.dtype} {images.shape} with labels {labels.shape}; "
            "it takes bytes (sample, row, column) and a label each."
        )
    if colours.ndim != 2 or colours.shape[1] != 3:
        raise ShapeError(f"a palette of shape {colours.shape}; it takes (category, 3).")
    if labels.min(initial=0) < 0 or labels.max(initial=0) >= len(colours):
        raise ShapeError(
            f"labels from {labels.min()} to {labels.max()} for a palette of {len(colours)} colours."
        )
    foreground = (images >= threshold)[:, np.newaxis]
    painted: npt.NDArray[np.float32] = (
        foreground * colours.astype(np.float32)[labels][:, :, np.newaxis, np.newaxis]
    )
    return painted
