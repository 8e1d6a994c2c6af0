"""Memory that a pass frees at the end of a batch and takes again for the next."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

KEPT = 2**30  # bytes
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt, by glibc's malloc.h
_OWN_MMAP, _OWN_TRIM = 2**25, 2**26  # the most that glibc sets by itself, after blocks of 32 MB were freed
_SET_BY_USER = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TOP_PAD_")
LONG = 1.0  # seconds after which all that is free is given back; that takes 0.1 s in a fragmented process

_inside = 0
_began = 0.0
_lock = threading.Lock()


@contextmanager
def memory_kept() -> Iterator[None]:
    """Inside, up to 1 GiB that was freed stays with the process; after a pass of more than a second it is given back.

    The tensors of a batch are as large as those of the last one. By its own settings glibc hands such blocks back to
    the system at once, which clears every page of the next ones: half of the time of a forward pass over large images.
    Other C libraries, and one that MALLOC_... or GLIBC_TUNABLES has set, are left as they are.
    """
    library = _glibc()
    if library is None:
        yield
        return
    _enter(library)
    try:
        yield
    finally:
        _leave(library)


def _unlock() -> None:
    """In a child, where no thread is left that would: another one may have been giving memory back at the fork."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)


@cache
def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux" or any(name in os.environ for name in _SET_BY_USER):
        return None
    if "glibc.malloc" in os.environ.get("GLIBC_TUNABLES", ""):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def _enter(library: ctypes.CDLL) -> None:
    global _inside, _began
    with _lock:
        if not _inside:
            _began = time.monotonic()
            if not library.mallopt(_MMAP_THRESHOLD, KEPT):  # before glibc 2.35
                library.mallopt(_MMAP_THRESHOLD, _OWN_MMAP)
            library.mallopt(_TRIM_THRESHOLD, KEPT)
        _inside += 1


def _leave(library: ctypes.CDLL) -> None:
    global _inside
    with _lock:
        _inside -= 1
        if not _inside:
            library.mallopt(_MMAP_THRESHOLD, _OWN_MMAP)
            library.mallopt(_TRIM_THRESHOLD, _OWN_TRIM)
            if time.monotonic() - _began > LONG:
                library.malloc_trim(0)
