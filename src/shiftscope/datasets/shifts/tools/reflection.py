"""Beyond the edge a picture goes on mirrored: d c b a | a b c d, as often as needed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def reflected(places: npt.NDArray[np.int64], side: int) -> npt.NDArray[np.int64]:
    """Places on an endless line as places in 0 … side - 1."""
    within = places % (2 * side)
    folded: npt.NDArray[np.int64] = np.minimum(within, 2 * side - 1 - within)
    return folded
