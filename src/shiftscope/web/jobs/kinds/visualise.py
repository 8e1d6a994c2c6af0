"""A picture of what a unit wants, or one each of several."""

from __future__ import annotations

import math

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.picture_question import FROM_IMAGE, FROM_NOISE
from shiftscope.progress import Progress
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.asked_maps import units_of
from shiftscope.web.jobs.kind import Live, job
from shiftscope.web.jobs.range_text import range_of

MOST_STRENGTHS = 8


def _title(
    *,
    layer: str,
    unit: int,
    method: str,
    dataset: str,
    draft: bool = False,
    units: str = "",
    sample: int | None = None,
    range: str = "",
    believe: bool = False,
    strengths: str = "",
) -> str:
    what = "draft" if draft else "picture"
    start = f"from image {sample}" if sample is not None else "with the colours"
    first, *more = units_of(unit, units)
    of = f"units {first}, {', '.join(map(str, more))}" if more else f"unit {first}"
    return f"{method.replace('_', ' ')} of {of} of {layer}, a {what} {start} of {dataset}"


def _check(
    study: StoredStudy,
    *,
    layer: str,
    unit: int,
    method: str,
    dataset: str,
    draft: bool = False,
    units: str = "",
    sample: int | None = None,
    range: str = "",
    believe: bool = False,
    strengths: str = "",
) -> None:
    for each in units_of(unit, units):
        if layer == LOGITS:
            study.check_category(each)
        else:
            study.layer(layer).check(each)
    if sample is not None:
        study[dataset].samples.check(sample)
    study[dataset]
    if method not in (methods := (*FROM_NOISE, *FROM_IMAGE)):
        raise BadRequest(f"no method {method!r} here; there are {', '.join(methods)}.")
    if method in FROM_IMAGE and sample is None:
        raise BadRequest(f"{method} starts from an image: draw it on the image's page.")
    range_of(range)
    if _strengths(strengths) and method != "accentuation":
        raise BadRequest(f"{method} takes no strength; accentuation does.")


@job("visualise", _title, _check)
def visualise(
    live: Live,
    progress: Progress,
    *,
    layer: str,
    unit: int,
    method: str,
    dataset: str,
    draft: bool = False,
    units: str = "",
    sample: int | None = None,
    range: str = "",
    believe: bool = False,
    strengths: str = "",
) -> None:
    """As `shiftscope visualise` does; what is kept already is not drawn again.

    Parameters
    ----------
    layer
        "logits" where the unit is a category.
    units
        Further ones, apart by spaces.
    strengths
        Of accentuation, apart by spaces; a picture for each, with the usual one where empty.
    """
    options = [{"strength": each} for each in _strengths(strengths)]
    for given in options or [{}]:
        live.visualise(
            None if layer == LOGITS else layer,
            units_of(unit, units),
            method=method,
            dataset=dataset,
            sample=sample,
            draft=draft,
            range=range_of(range),
            believe=believe,
            progress=progress,
            **given,
        )


def _strengths(text: str) -> list[float]:
    words = text.replace(",", " ").split()
    try:
        found = [float(word) for word in words]
    except ValueError:
        found = [-1.0]
    if not all(math.isfinite(each) and each >= 0 for each in found):
        raise BadRequest(f"strengths {text!r}; give numbers of 0 or more, as 3 1 0.3.")
    if len(found) > MOST_STRENGTHS:
        raise BadRequest(f"{len(found)} strengths; up to {MOST_STRENGTHS} at a time.")
    return found
