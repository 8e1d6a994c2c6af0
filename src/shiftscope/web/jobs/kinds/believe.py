"""How much of pictures that are kept to believe."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import picture_asked
from shiftscope.progress import Progress
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job


def _title(*, layer: str, unit: int, pictures: str) -> str:
    return f"how much to believe of pictures of unit {unit} of {layer}"


def _check(study: StoredStudy, *, layer: str, unit: int, pictures: str) -> None:
    _asked(study, layer, unit, pictures)


@job("believe", _title, _check)
def believe(live: Live, progress: Progress, *, layer: str, unit: int, pictures: str) -> None:
    """As `shiftscope visualise --believe` does; `pictures` are codes with blanks between."""
    for question in _asked(live.study, layer, unit, pictures):
        place = None if layer == LOGITS else layer
        live.visualise(place, unit, believe=True, progress=progress, **question.asked)


def _asked(study: StoredStudy, layer: str, unit: int, pictures: str) -> list[PictureQuestion]:
    found = [picture_asked(study, code) for code in pictures.split()]
    if not found or any((each.layer, each.unit) != (layer, unit) for each in found):
        raise BadRequest(f"pictures={pictures!r} are not all of unit {unit} of {layer}.")
    return found
