"""What people wrote about a unit, to be read and changed on its page."""

from __future__ import annotations

from shiftscope.errors import StudyDamaged
from shiftscope.store.notes import (
    LONGEST_LABEL,
    LONGEST_NOTE,
    MOST_TAGS,
    UnitNote,
    all_tags,
    save_unit_note,
    unit_note,
)
from shiftscope.store.study_files import StudyFiles
from shiftscope.views.numbers import count
from shiftscope.views.panels import Field, Form, Message, Panel
from shiftscope.views.view import action

TITLE = "Label, tags and note"


@action("layers/{layer}/units/{index}")
def write_note(study: StudyFiles, layer: str, index: int, *, label: str, tags: str, note: str) -> None:
    """Save what the form of a unit's page holds; empty fields take away what was there."""
    save_unit_note(study, layer, index, label=label, tags=tags, note=note)


def note_form(study: StudyFiles, layer: str, index: int, page: str) -> tuple[Panel, UnitNote]:
    """The form, sent to `page`, and what it holds; in its place what is wrong with the file of notes."""
    try:
        written, tags = unit_note(study, layer, index), all_tags(study)
    except StudyDamaged as error:
        return Message(TITLE, str(error)), UnitNote()
    fields = [
        Field(
            "label",
            "Label",
            written.label,
            f"What the unit stands for, in at most {LONGEST_LABEL} characters.",
        ),
        Field(
            "tags",
            "Tags",
            ", ".join(sorted(written.tags)),
            f"Up to {MOST_TAGS} words, with commas or blanks between them.",
            choices=tags,
        ),
        Field("note", "Note", written.note, f"At most {count(LONGEST_NOTE)} characters.", long=True),
    ]
    saved = f"Saved {written.changed:%Y-%m-%d %H:%M} UTC. " if written.changed else ""
    return Form(TITLE, page, fields, note=f"{saved}Kept in the study, and found by the search."), written
