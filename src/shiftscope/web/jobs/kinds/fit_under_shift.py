"""Whether a derived layer reads the shifted sets."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.flow.fit_under_shift import fit_under_shift as measured
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job


def _title(*, layer: str) -> str:
    return f"Fit of {layer} under the shift"


def _check(study: StoredStudy, *, layer: str) -> None:
    if study.layer(layer).name not in study.derived:
        raise BadRequest(f"{layer!r} was recorded, so there is no dictionary that might not fit.")


@job("fit_under_shift", _title, _check)
def fit_under_shift(live: Live, progress: Progress, *, layer: str) -> None:
    """From what is stored alone."""
    measured(live.study, layer, progress=progress)
