"""A derived layer aligned to one shifted set."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.explain.realignment.realignment import PROPOSED
from shiftscope.flow.scores import score_all
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job


def _title(*, layer: str, dataset: str, variant: str) -> str:
    return f"{layer} aligned to {dataset}" + ("" if variant == PROPOSED else f" by {variant}")


def _check(study: StoredStudy, *, layer: str, dataset: str, variant: str) -> None:
    from shiftscope.derived.realigned import aligned_to
    from shiftscope.explain.realignment.variant import variants

    name = study.layer(layer).name
    if name not in study.derived or aligned_to(study, name):
        raise BadRequest(f"{layer!r} is no dictionary of the reference, which could be aligned.")
    if study[dataset].name == study.reference:
        raise BadRequest(f"{layer!r} was fitted on {dataset!r}.")
    if variant != PROPOSED:
        variants[variant]


@job("realign", _title, _check)
def realign(live: Live, progress: Progress, *, layer: str, dataset: str, variant: str) -> None:
    """What was aligned before is replaced; its scores too, for which its pages would wait."""
    asked = None if variant == PROPOSED else variant
    found = live.realign(layer, dataset, variant=asked, overwrite=True, progress=progress)
    if found.accepted:
        score_all(live.study, progress=progress)
