"""Notes as far as they can be read now: a page is drawn without those that another program holds."""

from __future__ import annotations

from shiftscope.errors import StudyBusy, StudyDamaged
from shiftscope.store.notes import UnitNote, unit_notes
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Message


def readable_notes(study: StoredStudy, layer: str) -> tuple[dict[int, UnitNote], list[Message]]:
    """Notes of a layer's units by unit; where they cannot be read, none and a panel that says why."""
    try:
        return unit_notes(study, layer), []
    except (StudyBusy, StudyDamaged) as error:
        return {}, [unread("Labels, tags and notes are left out of this page", error)]


def unread(title: str, error: StudyBusy | StudyDamaged) -> Message:
    return Message(title, str(error), for_now=isinstance(error, StudyBusy))
