"""What people write about units."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shiftscope.store.notes import UnitNote, all_notes, save_unit_note
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    import pandas as pd


def annotate(
    study: StoredStudy,
    layer: str,
    unit: int,
    *,
    label: str | None = None,
    tags: str | Iterable[str] | None = None,
    note: str | None = None,
) -> UnitNote:
    """Write about one unit, to be seen and searched for in the viewer; what is None stays as it is."""
    return save_unit_note(study, layer, unit, label=label, tags=tags, note=note)


def notes(study: StoredStudy) -> pd.DataFrame:
    """A row for each unit that has a label, tags or a note: layer, unit, label, tags, note, changed."""
    import pandas as pd

    rows = [
        (layer, unit, note.label, ", ".join(sorted(note.tags)), note.note, note.changed)
        for layer, unit, note in all_notes(study)
    ]
    return pd.DataFrame(rows, columns=["layer", "unit", "label", "tags", "note", "changed"])
