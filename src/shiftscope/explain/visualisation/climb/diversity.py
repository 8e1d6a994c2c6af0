"""How alike pictures are in what a layer says of them, wherever it says it."""

from __future__ import annotations

import torch
import torch.nn.functional as functional


def alike(given: torch.Tensor) -> torch.Tensor:
    """(picture,) mean cosine of a picture's Gram matrix with those of the others.

    Parameters
    ----------
    given : (picture, view, channel, row, column), (picture, view, token, unit) or (picture, view, unit)
        What a layer gives; products are summed over views and places.

    References
    ----------
    Olah, Mordvintsev & Schubert (2017), Feature Visualization.
    """
    places = given.movedim(2, -1) if given.ndim == 5 else given
    flat = places.reshape(len(given), -1, places.shape[-1])
    grams = functional.normalize((flat.transpose(1, 2) @ flat).flatten(1), dim=1)
    cosines = grams @ grams.T
    found: torch.Tensor = (cosines.sum(1) - cosines.diagonal()) / (len(given) - 1)
    return found
