"""What is lost with each sample's strongest feature, and what with its strongest unit."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job


def _title(*, layer: str) -> str:
    return f"The strongest feature of {layer} against its strongest unit"


def _check(study: StoredStudy, *, layer: str) -> None:
    if study.layer(layer).name not in study.derived:
        raise BadRequest(f"{layer!r} was recorded, so it has units and no features.")


@job("local_against_distributed", _title, _check)
def local_against_distributed(live: Live, progress: Progress, *, layer: str) -> None:
    """Of every dataset that can be shown to the model."""
    live.local_against_distributed(layer, progress=progress)
