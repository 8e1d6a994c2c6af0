"""Maps of units over the strongest images of each, in the baseline and in the focus."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.asked_maps import (
    check_method,
    low_pass_in_words,
    low_pass_of,
    sanity_in_words,
    units_of,
)
from shiftscope.web.jobs.kind import Live, job

MOST = 200  # images


def _title(
    *,
    layer: str,
    unit: int,
    baseline: str,
    focus: str,
    method: str,
    samples: int,
    units: str = "",
    low_pass: str = "",
    sanity: bool = False,
) -> str:
    sets = baseline if baseline == focus else f"{baseline} and {focus}"
    first, *more = units_of(unit, units)
    of = f"units {first}, {', '.join(map(str, more))}" if more else f"unit {first}"
    maps = f"{method}{low_pass_in_words(low_pass)} of {of} of {layer} on {samples} images of {sets}"
    return maps + sanity_in_words(sanity)


def _check(
    study: StoredStudy,
    *,
    layer: str,
    unit: int,
    baseline: str,
    focus: str,
    method: str,
    samples: int,
    units: str = "",
    low_pass: str = "",
    sanity: bool = False,
) -> None:
    for each in units_of(unit, units):
        study.layer(layer).check(each)
    for name in (baseline, focus):
        study[name]
    check_method(method)
    low_pass_of(low_pass)
    if not 1 <= samples <= MOST:
        raise BadRequest(f"from 1 to {MOST} images, and not {samples}.")


@job("attribute", _title, _check)
def attribute(
    live: Live,
    progress: Progress,
    *,
    layer: str,
    unit: int,
    baseline: str,
    focus: str,
    method: str,
    samples: int,
    units: str = "",
    low_pass: str = "",
    sanity: bool = False,
) -> None:
    """As `shiftscope attribute` does, of both sets; what is kept already is not computed again.

    Parameters
    ----------
    units
        Numbers of further units, apart by spaces.
    low_pass
        Cycles per image, or "fitted"; whole maps where empty.
    sanity
        Draw the weights of a copy again, and say whether the maps depend on them.
    """
    for name in dict.fromkeys([baseline, focus]):
        live.attribute(
            layer,
            units_of(unit, units),
            method=method,
            dataset=name,
            samples=samples,
            low_pass=low_pass_of(low_pass),
            sanity=sanity,
            progress=progress,
        )
