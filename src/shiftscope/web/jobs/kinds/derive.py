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
    from shiftscope.derived.derivation import derivations
    from shiftscope.derived.realigned import REALIGNED
    from shiftscope.derived.tools.costs import refuse_sizes

    units = study.layer(layer).units
    derivations[kind]
    if kind == REALIGNED:
        raise BadRequest("a realigned layer is made of a dictionary and a shifted set.")
    if size < 1 or (kind == "pca" and size > units):
        most = f" to {units}" if kind == "pca" else ""
        raise BadRequest(
            f"{layer!r} has {units} units, so from 1{most} features can be derived from it, and not {size}."
        )
    refuse_sizes(layer, units, size, sum(recording.plan.samples for recording in study.values()))


@job("derive", _title, _check)
def derive(live: Live, progress: Progress, *, layer: str, kind: str, size: int) -> None:
    """Its scores too, for which its pages would wait."""
    live.derive(layer, kind, size=size, progress=progress)
    score_all(live.study, progress=progress)
