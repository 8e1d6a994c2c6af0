"""Maps of a unit over its strongest images, in the baseline and in the focus."""

from __future__ import annotations

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.usual_passes import USUAL_PASSES
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job

MOST = 200  # images


def _title(*, layer: str, unit: int, baseline: str, focus: str, method: str, samples: int) -> str:
    sets = baseline if baseline == focus else f"{baseline} and {focus}"
    return f"{method} of unit {unit} of {layer} on {samples} images of {sets}"


def _check(
    study: StoredStudy, *, layer: str, unit: int, baseline: str, focus: str, method: str, samples: int
) -> None:
    study.layer(layer).check(unit)
    for name in (baseline, focus):
        study[name]
    if method not in USUAL_PASSES:
        raise BadRequest(f"no method {method!r} here; there are {', '.join(USUAL_PASSES)}.")
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
) -> None:
    """As `shiftscope attribute` does, of both sets; what is kept already is not computed again."""
    for name in dict.fromkeys([baseline, focus]):
        live.attribute(layer, unit, method=method, dataset=name, samples=samples, progress=progress)
