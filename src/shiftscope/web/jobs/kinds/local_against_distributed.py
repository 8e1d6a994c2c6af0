"""What is lost with each sample's strongest feature, and what with its strongest unit."""

from __future__ import annotations

from shiftscope.progress import Progress
from shiftscope.web.jobs.derived_alone import check_derived
from shiftscope.web.jobs.kind import Live, job


def _title(*, layer: str) -> str:
    return f"The strongest feature of {layer} against its strongest unit"


@job("local_against_distributed", _title, check_derived)
def local_against_distributed(live: Live, progress: Progress, *, layer: str) -> None:
    """Of every dataset that can be shown to the model."""
    live.local_against_distributed(layer, progress=progress)
