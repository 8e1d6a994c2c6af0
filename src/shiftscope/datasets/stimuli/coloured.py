"""Gray digits in the colour of their class; with the whole of MNIST the experiment of the paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.errors import BadRequest, ShapeError, closest

Palette = npt.NDArray[np.float64]  # (category, channel) RGB in 0..1

THRESHOLD = 80  # raw byte; the experiment's `x * 255 > 150` of MNIST normalised by (0.1307, 0.3081)

_COLOURED = np.array(
    [
        [0.13710051, 1, 0.71222024],
        [1, 0.23502843, 0.21756662],
        [1, 0.38958, 0.08445272],
        [0.3963379, 0.59521337, 1],
        [0.65700309, 0.70908503, 1],
        [1, 0.09696472, 0.50587124],
        [0.51142274, 0.91275694, 1],
        [1, 0.6304754, 0.09344255],
        [1, 0.80362454, 0.51662567],
        [0.40087705, 0.79163833, 1],
    ]
)
_ARBITRARY = np.array(
    [
        [1, 0.41949873, 0.99060461],
        [0.45823549, 1, 0.35099324],
        [0.18897236, 1, 0.0655438],
        [0.61364824, 0.52432431, 1],
        [0.20415346, 1, 0.7115653],
        [0.18451955, 0.76054322, 1],
        [0.67399901, 1, 0.17729946],
        [0.58266085, 1, 0.16336576],
        [1, 0.7173036, 0.8670752],
        [0.86803908, 0.98159648, 1],
    ]
)
_PERMUTATION = [2, 5, 3, 0, 9, 8, 7, 4, 6, 1]
_DRIFT = 0.2726747

# Names and numbers of the Colored MNIST experiment of Deephys: coloured is what the network learns on;
# permuted swaps the same colours between digits, arbitrary has new ones, drifted darkens them all.
palettes: dict[str, Palette] = {
    "coloured": _COLOURED,
    "permuted": _COLOURED[_PERMUTATION],
    "arbitrary": _ARBITRARY,
    "drifted": np.maximum(_COLOURED - _DRIFT, 0),
}


def coloured(
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[Any],
    palette: str | Palette,
    *,
    threshold: int = THRESHOLD,
    ids: list[str] | None = None,
) -> ArrayData:
    """The digits as `colour` draws them; ids are positions unless given, whatever the palette."""
    categories = [str(digit) for digit in range(10)]
    return ArrayData(colour(images, labels, palette, threshold), labels, ids, categories=categories)


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
    colours = _palette_named(palette) if isinstance(palette, str) else np.asarray(palette)
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


def _palette_named(name: str) -> Palette:
    if name not in palettes:
        raise BadRequest(
            f"no palette {name!r}; closest: {closest(name, palettes)}. There are: {', '.join(palettes)}."
        )
    return palettes[name]
