"""How far pictures with two sets' colours are apart, beside what chance makes of two sets."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.colour_pair import lacking_pictures
from shiftscope.progress import Progress
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.asked_pictures import asked_pictures
from shiftscope.web.jobs.kind import Live, job


def _title(*, layer: str, unit: int, dataset: str, pictures: str) -> str:
    return f"the placebo of pictures of unit {unit} of {layer} with the colours of {dataset}"


def _check(study: StoredStudy, *, layer: str, unit: int, dataset: str, pictures: str) -> None:
    asked_pictures(study, layer, unit, pictures)
    if study[dataset].name == study.reference:
        raise BadRequest(f"{dataset!r} is the reference; name a shifted dataset.")
    if lacking := lacking_pictures(study, dataset):
        raise BadRequest(f"{lacking}.")


@job("placebo", _title, _check)
def placebo(live: Live, progress: Progress, *, layer: str, unit: int, dataset: str, pictures: str) -> None:
    """As `shiftscope visualise --placebo` does, for pictures drawn like those of these codes, with blanks between."""
    for question in asked_pictures(live.study, layer, unit, pictures):
        place = None if layer == LOGITS else layer
        asked = question.asked | {"dataset": dataset}
        live.visualise(place, unit, placebo=True, progress=progress, **asked)
