"""The built-in shift: the 1,797 handwritten digits that come with scikit-learn, whose colours change."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from shiftscope.datasets.formats.array_data import ArrayData
from shiftscope.datasets.sample import dataset_kinds
from shiftscope.datasets.stimuli.coloured import Palette, coloured
from shiftscope.errors import BadRequest

SIDE, INNER = 28, 20  # pixels; MNIST's digits fill 20 x 20 of 28 x 28
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


@lru_cache(maxsize=1)
def digits() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Images (sample, row, column) of 28 x 28 bytes, and labels (sample,), both read-only.

    Values 0..16 become bytes by `round(value * 255 / 16)`; 8 x 8 is enlarged to 20 x 20 (bicubic) and set
    in the middle of 28 x 28.

    References
    ----------
    Alpaydin & Kaynak (1998), Optical Recognition of Handwritten Digits, UCI; its test set.
    """
    from sklearn.datasets import load_digits

    source = load_digits()
    small = np.rint(source.images * (255 / 16)).astype(np.uint8)
    edge = (SIDE - INNER) // 2
    images = np.zeros((len(small), SIDE, SIDE), dtype=np.uint8)
    for image, digit in zip(images, small, strict=True):
        enlarged = Image.fromarray(digit).resize((INNER, INNER), Image.Resampling.BICUBIC)
        image[edge : edge + INNER, edge : edge + INNER] = np.asarray(enlarged)
    labels = source.target.astype(np.int64)
    images.flags.writeable = labels.flags.writeable = False
    return images, labels


def _held_out(labels: npt.NDArray[np.int64], seed: int) -> npt.NDArray[np.bool_]:
    """(sample,) whether it is in the third of its category with the smallest digests."""
    held_out = np.zeros(len(labels), dtype=bool)
    for category in np.unique(labels):
        members = np.flatnonzero(labels == category).tolist()
        members.sort(key=lambda place: hashlib.sha256(f"{seed} {place}".encode()).digest())
        held_out[members[: round(len(members) / 3)]] = True
    return held_out


dataset_kinds.register("digits", named_digits)
