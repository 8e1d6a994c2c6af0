"""The built-in shift: handwritten digits whose colours change."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from shiftscope.datasets.arrays import ArrayData
from shiftscope.datasets.coloured import coloured
from shiftscope.datasets.digits import digits
from shiftscope.datasets.kind import dataset_kinds
from shiftscope.datasets.palettes import Palette
from shiftscope.errors import BadRequest

SPLITS = ("train", "held_out")
HALF = 128  # of full ink: strokes drawn in 8 x 8 are broad, and MNIST's threshold would close their loops


def coloured_digits(
    split: str = "held_out", palette: str | Palette = "coloured", *, seed: int = 0
) -> ArrayData:
    """scikit-learn's digits at 28 x 28, two thirds of each to train on and one third held out.

    The split depends on `seed` alone, not on any library's generator. The id of a digit is its place in
    scikit-learn's set, the same in all palettes, so that a digit can be followed from one to another.

    Raises
    ------
    BadRequest
        No such split or palette.
    """
    if split not in SPLITS:
        raise BadRequest(f"no split {split!r}. There are: {', '.join(SPLITS)}.")
    images, labels = digits()
    chosen = np.flatnonzero(_held_out(labels, seed) == (split == "held_out"))
    ids = [str(place) for place in chosen]
    return coloured(images[chosen], labels[chosen], palette, threshold=HALF, ids=ids)


def named_digits(palette: str, *, split: str = "held_out", seed: int = 0) -> ArrayData:
    """`digits:permuted` on the command line."""
    return coloured_digits(split, palette or "coloured", seed=seed)


def _held_out(labels: npt.NDArray[np.int64], seed: int) -> npt.NDArray[np.bool_]:
    """(sample,) whether it is in the third of its category with the smallest digests."""
    held_out = np.zeros(len(labels), dtype=bool)
    for category in np.unique(labels):
        members = np.flatnonzero(labels == category).tolist()
        members.sort(key=lambda place: hashlib.sha256(f"{seed} {place}".encode()).digest())
        held_out[members[: round(len(members) / 3)]] = True
    return held_out


dataset_kinds.enter("digits", named_digits)
