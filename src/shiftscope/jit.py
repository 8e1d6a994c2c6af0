"""Functions compiled by numba, kept on the disk for the next process where there is a place for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F, **options: Any) -> F:
    """`function` in machine code, during which other threads run."""
    made: F
    try:
        made = njit(nogil=True, cache=True, **options)(function)
    except RuntimeError:  # neither the package's folder nor a home can be written to
        made = njit(nogil=True, **options)(function)
    return made
