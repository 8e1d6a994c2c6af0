"""The units that a score calls the worst, or whose silence repairs most."""

from __future__ import annotations

import numpy as np

from shiftscope.derived.realigned import refuse_comparison
from shiftscope.errors import BadRequest, closest
from shiftscope.explain.interventions.head import head_behind
from shiftscope.explain.interventions.silenced_alone import most_to_blame
from shiftscope.scores.estimation.stored_estimates import stored_estimates
from shiftscope.scores.score import unit_scores
from shiftscope.statistics.ranked import ranked
from shiftscope.store.stored_study import StoredStudy

REPAIRS = "repairs"  # the rank that is no score: of what silencing each unit alone repairs


def worst_units(
    study: StoredStudy,
    how_many: int,
    by: str,
    *,
    layer: str,
    dataset: str | None = None,
    reference: str | None = None,
) -> tuple[int, ...]:
    """The units of a layer with the largest values of a score, largest first; of equal ones the first.

    By "repairs" those whose silence alone turns most more answers right than wrong, which pages call the units most to
    blame. It is what silencing does; the score blame is what a unit argues for.

    Units without a value are never among them, nor units whose value is not above the one that means no change, such
    as a blame of 0, or not above what sampling alone makes of it, its floor; so there may be fewer than asked for.

    Parameters
    ----------
    by
        Name of a score, whose largest value is the most of what the name says, be that good or bad; or "repairs".
    dataset
        The shifted set whose scores count; may be left out where there is only one.

    Raises
    ------
    BadRequest
        No such score, fewer than one unit, several shifted sets to choose from, or no unit with a value; a score that
        compares, of a layer that was aligned to a set so that it cannot be compared. By "repairs": a layer that does
        not feed a linear head, a set without single responses, or no unit that repairs more than it breaks.
    """
    if how_many < 1:
        raise BadRequest(f"the {how_many} worst units; at least 1.")
    against = study[reference or study.reference].name
    name = (
        study[dataset].name
        if dataset is not None
        else only_shifted(study, against, "under which one units are the worst")
    )
    if by == REPAIRS:
        return _repairing(study, layer, name)[:how_many]
    if by not in unit_scores:
        there = [REPAIRS, *unit_scores]
        raise BadRequest(
            f"nothing that ranks units is named {by!r}; closest: {closest(by, there)}. There are: {', '.join(there)}."
        )
    null = unit_scores[by].null
    if unit_scores[by].compares:
        refuse_comparison(study, study.layer(layer).name)
    estimate = stored_estimates(study, name, against, study.layer(layer).name)[by]
    values = estimate.value
    above = ~np.isnan(values) if null is None else values > null
    if estimate.floor is not None:
        above &= ~((values <= estimate.floor) | estimate.flat)
    worst = tuple(int(unit) for unit in ranked(np.where(above, values, np.nan))[:how_many] if above[unit])
    if not worst:
        beyond = "" if estimate.floor is None else " and above its floor, what sampling alone makes of it,"
        raise BadRequest(
            f"no unit of {layer!r} has a {by} above {null or 0:g}{beyond} for {name!r}, so none is the worst. Name the "
            "units."
        )
    return worst


def _repairing(study: StoredStudy, layer: str, name: str) -> tuple[int, ...]:
    if study.layer(layer).name not in study.heads:
        before = f"only {' and '.join(study.heads)}" if study.heads else "no recorded layer"
        raise BadRequest(
            f"{before} feeds the linear head, so what silencing a unit of {layer!r} repairs is not known, with a model "
            'or without. Choose by a score, as by="novelty", or name the units.'
        )
    head, recording = head_behind(study, layer), study[name]
    if not recording.keeps_responses:
        raise BadRequest(
            f"single responses of {name!r} were not kept, so what silencing a unit repairs is not known. Choose by a "
            'score, as by="novelty".'
        )
    found = tuple(unit for unit, _ in most_to_blame(recording, head))
    if not found:
        raise BadRequest(
            f"no unit of {layer!r} repairs more answers of {name!r} than it breaks where it alone is silent, so none "
            'is the worst. Choose by a score, as by="blame", or name the units.'
        )
    return found


def only_shifted(study: StoredStudy, reference: str, what: str, *, keyword: str = "dataset") -> str:
    """The one shifted set; raises `BadRequest` where there is not one, so that `keyword` has to say `what`."""
    shifted = [name for name in study if name != reference]
    if len(shifted) != 1:
        raise BadRequest(
            f"there are {len(shifted)} shifted sets ({', '.join(shifted) or 'none'}); give {keyword}=... to say {what}."
        )
    return shifted[0]
