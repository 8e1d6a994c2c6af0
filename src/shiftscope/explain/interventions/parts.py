"""Samples in parts of equal make-up, so that what is chosen on one can be checked on another."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Parts = npt.NDArray[np.int64]  # (sample,) number of the part


def stratified_parts(ids: Sequence[str], labels: npt.NDArray[np.int64], count: int, seed: int) -> Parts:
    """The part of each sample, from 0 to `count` - 1: each label is dealt out evenly, to within one sample.

    The order of dealing is that of a digest of seed and id. Two sets with the same ids and labels, such as the same
    images shifted in two ways, are dealt out alike, so that no image is in one part here and in another there.

    Parameters
    ----------
    ids, labels : (sample,)
    """
    digests = [hashlib.blake2b(f"{seed}|{name}".encode(), digest_size=8).digest() for name in ids]
    keys = np.frombuffer(b"".join(digests), ">u8")
    order = np.lexsort((keys, labels))
    ordered = labels[order]
    starts = np.searchsorted(ordered, ordered)  # of each label's run
    parts = np.empty(len(labels), np.int64)
    # The label is added so that the odd samples of many small categories do not all go to the first part.
    parts[order] = (np.arange(len(labels)) - starts + ordered) % count
    return parts
