"""Errors while one sample is read name that sample."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from shiftscope.errors import DataError


@contextmanager
def reading(sample: str) -> Iterator[None]:
    """Turn whatever goes wrong inside into a `DataError` that begins with the sample's name.

    Decoders meet hostile files and datasets run their owners' code: neither has a closed list of
    exceptions, so all are caught.
    """
    try:
        yield
    except DataError as error:
        raise DataError(f"{sample}: {error}") from error
    except Exception as error:
        raise DataError(f"{sample} cannot be read: {type(error).__name__}: {error}") from error
