"""`shiftscope.shift`."""

from __future__ import annotations

from typing import Any

from shiftscope.datasets.shifts.shifted import Shifted
from shiftscope.datasets.source import as_dataset


def shift(dataset: Any, name: str, strength: float, seed: int = 0) -> Shifted:
    """A dataset whose pictures are shifted when they are read, each in its own way and always in the same.

    Parameters
    ----------
    dataset
        Pictures, in any form that `shiftscope.dataset` takes.
    name
        Of a shift: "gaussian_noise", "jpeg", "rotate" and others, which `shiftscope shifts` lists.
    strength
        From 0, the picture itself, to 1, which is severe.
    seed
        Another one is another noise, angle or order; the strength is not.

    Raises
    ------
    BadRequest
        No shift of this name, or a strength out of range.
    DataError
        No pictures, too small or with too few channels for this shift, or normalised with nothing said of how.
    """
    return Shifted(as_dataset(dataset), name, strength, seed)
