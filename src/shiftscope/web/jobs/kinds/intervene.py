"""Units of any layer changed while the model runs."""

from __future__ import annotations

from shiftscope.explain.interventions.edit import EditKind
from shiftscope.progress import Progress
from shiftscope.web.jobs.kind import Live, job


def _title(*, layer: str, units: str, how: EditKind, reference: str) -> str:
    return f"What units {units} of {layer} do, {how}"


@job("intervene", _title)
def intervene(
    live: Live, progress: Progress, *, layer: str, units: str, how: EditKind, reference: str
) -> None:
    """`units` are numbers with commas between."""
    from shiftscope.explain.interventions.numbers import unit_numbers

    live.intervene(layer, unit_numbers(units), how, reference=reference, progress=progress)
