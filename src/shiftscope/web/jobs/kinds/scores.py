"""Scores that are not kept yet."""

from __future__ import annotations

from shiftscope.progress import Progress
from shiftscope.web.jobs.kind import Live, job


def _title() -> str:
    return "Scores of every layer and dataset"


@job("scores", _title)
def scores(live: Live, progress: Progress) -> None:
    from shiftscope.flow.scores import score_all

    score_all(live.study, progress=progress)
