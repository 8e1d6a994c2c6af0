"""Work shared by a few threads of our own.

The matrix library's threads go on spinning for a while after each product, on the cores that the counting needs; so
products are cut into pieces too, one thread of the library each.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

WORTH_THREADS = 20_000_000  # operations; fewer are done before a thread has started


def shared(work: Callable[[int, int], None], pieces: int, size: int) -> None:
    """`work(first, last)` for all pieces, by several threads where that many operations are worth it."""
    threads = min(os.cpu_count() or 1, pieces)
    if threads <= 1 or size < WORTH_THREADS:
        work(0, pieces)
        return
    ends = np.linspace(0, pieces, 4 * threads + 1).astype(int).tolist()
    parts = [(first, last) for first, last in pairwise(ends) if last > first]
    for done in [_pool().submit(work, *part) for part in parts]:
        done.result()


def product(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The matrix product, (row, inner) times (inner, column)."""
    into = np.empty((left.shape[0], right.shape[1]), np.result_type(left, right))

    def some(first: int, last: int) -> None:
        np.matmul(left[first:last], right, out=into[first:last])

    threads = min(os.cpu_count() or 1, len(left))
    size = left.size * right.shape[1]
    with _libraries().limit(limits=1, user_api="blas"):
        if threads <= 1 or size < WORTH_THREADS:
            some(0, len(left))
        else:  # large pieces: each packs the whole of `right`
            ends = np.linspace(0, len(left), threads + 1).astype(int).tolist()
            for done in [_pool().submit(some, *part) for part in pairwise(ends)]:
                done.result()
    return into


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="paths")


@cache
def _libraries() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
