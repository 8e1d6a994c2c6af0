"""A layer derived from a recorded one."""

from __future__ import annotations

from shiftscope.flow.scores import score_all
from shiftscope.progress import Progress
from shiftscope.web.jobs.kind import Live, job


def _title(*, layer: str, kind: str, size: int) -> str:
    return f"{kind} of {layer}, {size} features"


@job("derive", _title)
def derive(live: Live, progress: Progress, *, layer: str, kind: str, size: int) -> None:
    """Its scores too, for which its pages would wait."""
    live.derive(layer, kind, size=size, progress=progress)
    score_all(live.study, progress=progress)
