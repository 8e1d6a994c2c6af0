"""What a shift adds to a unit's use."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.differences.in_use import in_use
from shiftscope.explain.visualisation.picture_question import FROM_NOISE
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job
from shiftscope.web.jobs.range_text import range_of


def _title(
    *, layer: str, unit: int, dataset: str, at: str, method: str, draft: bool = False, range: str = ""
) -> str:
    return f"what {dataset} adds to the use of unit {unit} of {layer}, by {at}: {method.replace('_', ' ')}"


def _check(
    study: StoredStudy,
    *,
    layer: str,
    unit: int,
    dataset: str,
    at: str,
    method: str,
    draft: bool = False,
    range: str = "",
) -> None:
    study.layer(layer).check(unit)
    study.layer(at)
    range_of(range)
    if method not in FROM_NOISE:
        raise BadRequest(f"{method!r} does not draw two uses from one start; {' and '.join(FROM_NOISE)} do.")
    if study[dataset].name == study.reference:
        raise BadRequest(f"{dataset!r} is the reference; name a shifted dataset.")
    for side in in_use(study, layer, unit, dataset):
        if side.lacking:
            raise BadRequest(f"unit {unit} of {layer} is {side.lacking}.")


@job("difference", _title, _check)
def difference(
    live: Live,
    progress: Progress,
    *,
    layer: str,
    unit: int,
    dataset: str,
    at: str,
    method: str,
    draft: bool = False,
    range: str = "",
) -> None:
    """As `shiftscope difference` does; what is kept already is not drawn again."""
    live.difference(
        layer, unit, dataset, at=at, method=method, draft=draft, range=range_of(range), progress=progress
    )
