"""Work shared by a few threads of our own.

The matrix library's threads go on spinning for a while after each product, on the cores that the next step needs; so
products are cut into pieces too, one thread of the library each.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

WORTH_THREADS = 20_000_000  # operations; fewer are done before a thread has started


def shared(work: Callable[[int, int], None], pieces: int, size: int, *, large: bool = False) -> None:
    """`work(first, last)` for all pieces, by several threads where that many operations are worth it.

    Parameters
    ----------
    large
        As few parts as threads: for products, which pack the whole of one factor for each part. Inside, the matrix
        library has one thread.
    """
    threads = min(os.cpu_count() or 1, pieces)
    alone = one_thread_each() if large else nullcontext()
    with alone:
        if threads <= 1 or size < WORTH_THREADS:
            work(0, pieces)
            return
        ends = np.linspace(0, pieces, (1 if large else 4) * threads + 1).astype(int).tolist()
        parts = [(first, last) for first, last in pairwise(ends) if last > first]
        for done in [_pool().submit(work, *part) for part in parts]:
            done.result()


def one_thread_each() -> AbstractContextManager[Any]:
    """A time in which the matrix library has one thread, since there are several that call it."""
    context: AbstractContextManager[Any] = _libraries().limit(limits=1, user_api="blas")
    return context


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="shared")


@cache
def _libraries() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
