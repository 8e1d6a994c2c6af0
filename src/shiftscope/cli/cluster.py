"""The processes that `--workers` and `--scheduler` ask for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shiftscope.errors import BadRequest

if TYPE_CHECKING:
    from shiftscope.engine.engine import Engine


@contextmanager
def cluster(workers: int | None, scheduler: str | None, device: str | None) -> Iterator[Engine | None]:
    """The cluster that was asked for, while the context lasts."""
    if workers is not None and scheduler is not None:
        raise BadRequest("--workers starts workers, and --scheduler uses those of another: give one of them.")
    if workers is None and scheduler is None:
        yield None
        return
    try:
        from shiftscope.engine.cluster import connected, own_workers
    except ImportError as error:
        raise BadRequest(
            f"--workers and --scheduler need Dask ({error}): pip install 'shiftscope[cluster]'."
        ) from error
    with own_workers(workers, device) if workers is not None else connected(str(scheduler), device) as engine:
        yield engine
