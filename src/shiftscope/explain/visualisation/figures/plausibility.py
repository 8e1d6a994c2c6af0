"""How near a picture comes to any natural image, in what a layer says of both."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, ShapeError

Features = npt.NDArray[np.floating[Any]]  # (picture, unit)


def nearest_distance(pictures: Features, natural: Features) -> npt.NDArray[np.float64]:
    """(picture,) Euclidean distance of features to those of the nearest natural image; smaller is more plausible.

    Raises
    ------
    ShapeError
        Different numbers of units.
    BadRequest
        No natural image.

    References
    ----------
    Fel et al. (2023), Unlocking Feature Visualization for Deeper Networks with MAgnitude Constrained Optimization.
    """
    if pictures.shape[1] != natural.shape[1]:
        raise ShapeError(f"features of {pictures.shape[1]} and of {natural.shape[1]} units.")
    if not len(natural):
        raise BadRequest("no natural image to compare with.")
    there = natural.astype(np.float64)
    return np.array([np.linalg.norm(there - each, axis=1).min() for each in pictures.astype(np.float64)])
