"""Rows in blocks of one size, so that a code does not depend on the rows beside its own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shiftscope.derived.derivation import Rows

BLOCK = 512


def in_blocks(rows: Rows, of_block: Callable[[Rows], Rows], features: int) -> Rows:
    """(row, feature) what `of_block` makes of 512 rows at a time, the last ones filled up with zeros.

    The order in which a matrix product is summed depends on its shape; of one shape, a row's result is its own.
    """
    codes = np.empty((len(rows), features), np.float32)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        if len(block) < BLOCK:
            filled = np.zeros((BLOCK, rows.shape[1]), np.float32)
            filled[: len(block)] = block
            codes[start:] = of_block(filled)[: len(block)]
        else:
            codes[start : start + BLOCK] = of_block(np.ascontiguousarray(block))
    return codes
