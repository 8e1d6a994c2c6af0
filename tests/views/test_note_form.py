"""The form under a unit: what it sends is kept, and shown again."""

import pytest

from shiftscope.errors import NotInStudy
from shiftscope.store.layout import NOTES
from shiftscope.views.note_form import write_note
from shiftscope.views.panels import Form, Message, Table
from shiftscope.views.unit import unit

from .conftest import panel, panels


def test_what_the_form_sends_is_saved_and_shown_with_all_tags_to_choose_from(recorded):
    write_note(recorded, "hidden", 3, label="red edge", tags="edge, colour", note="Line.")
    write_note(recorded, "hidden", 5, label="", tags="sky", note="")
    page = unit(recorded, "hidden", 3, show="random", seed=4)
    assert page.subtitle == "red edge · colour · edge"
    form = panel(page, Form)
    assert form.page == "layers/hidden/units/3?show=random&seed=4"
    assert [(field.name, field.value) for field in form.fields] == [
        ("label", "red edge"),
        ("tags", "colour, edge"),
        ("note", "Line."),
    ]
    assert form.fields[1].choices == ["colour", "edge", "sky"]
    assert "Saved 20" in form.note


def test_empty_fields_take_away_what_was_written(recorded):
    write_note(recorded, "hidden", 3, label="red edge", tags="", note="")
    write_note(recorded, "hidden", 3, label="", tags="", note="")
    assert unit(recorded, "hidden", 3).subtitle == ""
    assert recorded.notes().empty


def test_a_unit_that_is_not_there_is_named(recorded):
    with pytest.raises(NotInStudy, match="no unit 10 in layer 'hidden'"):
        write_note(recorded, "hidden", 10, label="x", tags="", note="")


def test_a_damaged_file_is_named_and_the_page_still_drawn(recorded):
    (recorded.path / NOTES).write_bytes(b"no database" * 100)
    page = unit(recorded, "hidden", 3)
    assert "notes.sqlite cannot be read" in panel(page, Message, "note").text
    assert panels(page, Table, "similar")[0].rows
    assert panels(page, Form) == []
