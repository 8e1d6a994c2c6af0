"""Units of any layer changed while the model runs."""

from __future__ import annotations

from shiftscope.explain.interventions.edit import EditKind
from shiftscope.progress import Progress
from shiftscope.web.jobs.kind import Live, job


def _title(*, layer: str, units: str, edit: EditKind, reference: str) -> str:
    return f"What units {units} of {layer} do, {edit}"


@job("intervene", _title)
def intervene(
    live: Live, progress: Progress, *, layer: str, units: str, edit: EditKind, reference: str
) -> None:
    """On every dataset that is given or can be opened again; `units` are numbers with commas between.

    Raises
    ------
    DataError, StudyMismatch
        A dataset that is not there; what the model answers on the others is kept.
    """
    from shiftscope.explain.interventions.numbers import unit_numbers

    live.intervene(layer, unit_numbers(units), edit, reference=reference, progress=progress)
    if live.left_out:
        raise next(iter(live.left_out.values()))
