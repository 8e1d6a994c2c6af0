"""A layer derived from a recorded one."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.flow.residual import asked_residuals
from shiftscope.flow.scores import score_all
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job


def _title(
    *, layer: str, kind: str, size: int, positions: bool = False, residual_of: str = "", dataset: str = ""
) -> str:
    what = f"what {residual_of} leaves of {dataset}" if residual_of else layer
    return f"{kind} of {what}, {size} features{' of its positions' if positions else ''}"


def _check(
    study: StoredStudy,
    *,
    layer: str,
    kind: str,
    size: int,
    positions: bool = False,
    residual_of: str = "",
    dataset: str = "",
) -> None:
    from shiftscope.derived.derivation import derivations
    from shiftscope.derived.positions import refuse_without_positions
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
    if positions:
        refuse_without_positions(study.layer(layer))
    if residual_of and asked_residuals(study, layer, residual_of, dataset or None) and positions:
        raise BadRequest(
            "residuals are told of responses as they are: leave out positions, or of what they are."
        )


@job("derive", _title, _check)
def derive(
    live: Live,
    progress: Progress,
    *,
    layer: str,
    kind: str,
    size: int,
    positions: bool = False,
    residual_of: str = "",
    dataset: str = "",
) -> None:
    """Its scores too, for which its pages would wait.

    Parameters
    ----------
    positions
        Fit on the positions of a map, and pool their codes.
    residual_of, dataset
        A layer derived from it, and the set of which is told what that leaves; the layer itself where the first is
        empty.
    """
    residuals = {"residual_of": residual_of, "dataset": dataset} if residual_of else {}
    live.derive(layer, kind, size=size, positions=positions, progress=progress, **residuals)
    score_all(live.study, progress=progress)
