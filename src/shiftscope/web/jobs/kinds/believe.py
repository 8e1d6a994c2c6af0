"""How much of pictures that are kept to believe."""

from __future__ import annotations

from shiftscope.progress import Progress
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.asked_pictures import asked_pictures
from shiftscope.web.jobs.kind import Live, job


def _title(*, layer: str, unit: int, pictures: str) -> str:
    return f"how much to believe of pictures of unit {unit} of {layer}"


def _check(study: StoredStudy, *, layer: str, unit: int, pictures: str) -> None:
    asked_pictures(study, layer, unit, pictures)


@job("believe", _title, _check)
def believe(live: Live, progress: Progress, *, layer: str, unit: int, pictures: str) -> None:
    """As `shiftscope visualise --believe` does; `pictures` are codes with blanks between."""
    for question in asked_pictures(live.study, layer, unit, pictures):
        place = None if layer == LOGITS else layer
        live.visualise(place, unit, believe=True, progress=progress, **question.asked)
