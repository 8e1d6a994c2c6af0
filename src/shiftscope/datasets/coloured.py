"""Any set of gray digits, coloured; with the whole of MNIST the experiment of the paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.arrays import ArrayData
from shiftscope.datasets.colour import THRESHOLD, colour
from shiftscope.datasets.palettes import Palette


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
