"""The colours of the ten digits, in distribution and under three shifts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, closest

Palette = npt.NDArray[np.float64]  # (category, channel) RGB in 0..1

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


def palette_named(name: str) -> Palette:
    if name not in palettes:
        raise BadRequest(
            f"no palette {name!r}; closest: {closest(name, palettes)}. There are: {', '.join(palettes)}."
        )
    return palettes[name]
