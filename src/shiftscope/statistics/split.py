"""Samples in parts, so that what is chosen on one can be checked on another."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Parts = npt.NDArray[np.int64]  # (sample,) number of the part
SEED = 0  # of the halves that all that is fitted is fitted on
FIT, HELD_OUT = 0, 1  # of halves: what is fitted on one is reported on the other


def split(ids: Sequence[str], count: int, seed: int) -> Parts:
    """The part of each sample, from 0 to `count` - 1, by its id and the seed alone.

    An image is in the same part in every dataset that has it under this id, whatever its label there and whatever
    else is in the dataset. So parts are of equal size, and hold as many of each category, only up to chance. Parts by
    two counts without a common divisor are independent.
    """
    return np.asarray(order_of(ids, seed) % np.uint64(count), np.int64)


def order_of(ids: Sequence[str], seed: int) -> npt.NDArray[np.uint64]:
    """(sample,) a number for each id, in an order that has nothing to do with the samples."""
    digests = [hashlib.blake2b(f"{seed}|{name}".encode(), digest_size=8).digest() for name in ids]
    return np.frombuffer(b"".join(digests), ">u8").astype(np.uint64)


def fit_half(ids: Sequence[str]) -> npt.NDArray[np.bool_]:
    """(sample,) whether each is of the half that dictionaries and deviations are fitted on."""
    half: npt.NDArray[np.bool_] = split(ids, 2, SEED) == FIT
    return half
