"""Maps of pictures as small pictures."""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.pictures.png import encode_png
from shiftscope.views.page.panels import PictureMap, Pixels
from shiftscope.web.html.matrices import RAMPS, png

SIDE = 112  # pixels, at most; a larger map is drawn by the means of its blocks
GROUND = "ffffff"  # next to nothing looks like nothing


def map_source(map: PictureMap | Pixels) -> str:
    """A data URI; of a map transparent where nothing counts."""
    if isinstance(map, Pixels):
        (file,) = encode_png(map.colours[None])
        return "data:image/png;base64," + base64.b64encode(file).decode("ascii")
    shares = np.clip(smaller(map.shares), 0, 1)
    levels = np.where(shares > 0, 1 + np.round(254 * shares), 0).astype(np.uint8)
    return png(levels, (GROUND, *RAMPS[map.role]))


def smaller(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """(row, column) means of blocks of equal size, the last ones what is left, of which there are 112 at most."""
    found = np.asarray(values, np.float64)
    for axis, length in enumerate(values.shape):
        starts = np.arange(0, length, max(1, math.ceil(length / SIDE)))
        sizes = np.diff(starts, append=length)
        found = np.add.reduceat(found, starts, axis=axis) / (sizes[:, None] if axis == 0 else sizes)
    return found
