"""Which sample lends to which."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def donors(ids: Sequence[str], seed: int) -> list[int]:
    """(sample,) the place of the one that lends to it: each lends once, and none to itself where there are two.

    In the order of digests of seed and id, each takes from the next one and the last from the first.
    """
    digests = [hashlib.sha256(f"{seed}\0{one}".encode("utf-8", "surrogatepass")).digest() for one in ids]
    order = sorted(range(len(ids)), key=lambda place: (digests[place], place))
    lenders = [0] * len(order)
    for place, following in zip(order, [*order[1:], *order[:1]], strict=True):
        lenders[place] = following
    return lenders
