"""What a derived layer's features have beside the numbers of all units."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.errors import StudyDamaged
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Cell, Column

FOUND_BY = Column(
    "found by",
    help="Fits of the dictionary that have the feature: an atom of cosine 0.7 at least, matched one to one. Each "
    "further fit begins elsewhere and has its own half of the rows.",
    numeric=True,
)


def found_by(study: StoredStudy, layer: str) -> Sequence[int] | None:
    """(unit,) by how many fits each feature of a derived layer was found; None where there was one, or it was not
    counted."""
    try:
        counts = study.learned(layer).get("found_by_")
    except StudyDamaged:
        return None
    derived = study.derived[layer]
    if counts is None or counts.shape != (derived.units,) or counts.dtype.kind != "i":
        return None
    return [int(each) for each in counts]


def found_by_cell(study: StoredStudy, layer: str, counts: Sequence[int] | None, unit: int) -> Cell:
    fits = study.derived[layer].fit_report.get("seeds")
    if counts is None or not isinstance(fits, int):
        return Cell("–", value=float("nan"))
    return Cell(f"{counts[unit]} of {fits}", value=counts[unit])
