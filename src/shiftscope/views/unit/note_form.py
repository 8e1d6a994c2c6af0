"""What people wrote about a unit, to be read and changed on its page."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from shiftscope.errors import NoteChanged
from shiftscope.store.notes import (
    LONGEST_LABEL,
    LONGEST_NOTE,
    MOST_TAGS,
    UnitNote,
    all_tags,
    save_unit_note,
    state_of,
    unit_note,
)
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.panels import Cell, Column, Field, Fold, Form, Link, Page, Table
from shiftscope.views.page.section import section
from shiftscope.views.page.view import action
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.readable_notes import unread
from shiftscope.views.unit.shown_unit import ShownUnit

TITLE = "Label, tags and note"
SHORT = 80  # letters of a note in the heading


@action("layers/{layer}/units/{index}")
def write_note(
    study: StoredStudy,
    layer: str,
    index: int,
    *,
    label: str | None = None,
    tags: str | None = None,
    note: str | None = None,
    shown: str = "",
) -> Page | None:
    """Save what the form of a unit's page holds; empty fields take away what was there, absent ones leave it.

    Where somebody else has changed the same text since it was `shown`, both are given back, and nothing is saved.
    """
    try:
        save_unit_note(study, layer, index, label=label, tags=tags, note=note, shown=shown)
    except NoteChanged as error:
        return _both(study, layer, index, (label, tags, note), str(error))
    return None


@section(ShownUnit, place=80)
def note_form(unit: ShownUnit) -> Fold:
    """The form, sent to the unit's page; in its place why the notes cannot be read."""
    written = unit.note
    if not isinstance(written, UnitNote):
        return Fold(TITLE, "cannot be read now", [unread("", written)], "note")
    saved = f"Saved {written.changed:%Y-%m-%d %H:%M} UTC. " if written.changed else ""
    form = Form(
        "",
        unit.at(),
        _fields(*_texts(written), all_tags(unit.study)),
        note=f"{saved}Stored in the study, and found by the search.",
        shown=state_of(written),
    )
    return Fold(TITLE, _in_short(written) or "none yet", [form], "note")


def _in_short(note: UnitNote) -> str:
    return " · ".join(filter(None, [note.label, *sorted(note.tags), note.note[:SHORT]]))


def _both(
    study: StoredStudy, layer: str, index: int, sent: tuple[str | None, str | None, str | None], why: str
) -> Page:
    """The form with what was sent, and beside it what is written by now."""
    written, page = unit_note(study, layer, index), f"layers/{quote(layer, safe='')}/units/{index}"
    now = _texts(written)
    label, tags, note = own = [there if text is None else text for text, there in zip(sent, now, strict=True)]
    rows = [
        [Cell(name), Cell(mine), Cell(theirs)]
        for name, mine, theirs in zip(("Label", "Tags", "Note"), own, now, strict=True)
    ]
    return Page(
        f"{layer}, unit {index}: nothing was saved",
        [
            Table("Both texts", [Column(""), Column("sent from this page"), Column("in the study")], rows),
            Form(TITLE, page, _fields(label, tags, note, all_tags(study)), shown=state_of(written)),
        ],
        subtitle=f"{why[0].upper()}{why[1:]}",
        trail=[Link(study.name, ""), Link(f"{layer}, unit {index}", page)],
    )


def _texts(note: UnitNote) -> tuple[str, str, str]:
    return note.label, ", ".join(sorted(note.tags)), note.note


def _fields(label: str, tags: str, note: str, choices: Sequence[str]) -> list[Field]:
    return [
        Field("label", "Label", label, f"What the unit stands for, in at most {LONGEST_LABEL} characters."),
        Field(
            "tags",
            "Tags",
            tags,
            f"Up to {MOST_TAGS} words, with commas or blanks between them.",
            choices=choices,
        ),
        Field("note", "Note", note, f"At most {count(LONGEST_NOTE)} characters.", long=True),
    ]
