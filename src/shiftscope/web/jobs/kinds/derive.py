"""A layer derived from a recorded one."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.flow.scores import score_all
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job


def _title(*, layer: str, kind: str, size: int) -> str:
    return f"{kind} of {layer}, {size} features"


def _check(study: StoredStudy, *, layer: str, kind: str, size: int) -> None:
    units = study.layer(layer).units
    if not 1 <= size <= units:
        raise BadRequest(
            f"{layer!r} has {units} units, so from 1 to {units} features can be derived from it, and not {size}."
        )


@job("derive", _title, _check)
def derive(live: Live, progress: Progress, *, layer: str, kind: str, size: int) -> None:
    """Its scores too, for which its pages would wait."""
    live.derive(layer, kind, size=size, progress=progress)
    score_all(live.study, progress=progress)
