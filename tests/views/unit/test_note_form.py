"""The form under a unit: what it sends is kept, and shown again."""

import sqlite3
from contextlib import closing

import pytest

from shiftscope.errors import NotInStudy
from shiftscope.store.layout import NOTES
from shiftscope.store.notes import unit_note
from shiftscope.views.page.panels import Form, Message, Table
from shiftscope.views.unit.note_form import write_note
from shiftscope.views.unit.unit import unit
from tests.conftest import viewer
from tests.views.conftest import panel, panels


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


def shown(study):
    """What the form of unit 3 says of itself."""
    return panel(unit(study, "hidden", 3), Form).shown


def test_empty_fields_take_away_what_was_written(recorded):
    write_note(recorded, "hidden", 3, label="red edge", tags="", note="")
    write_note(recorded, "hidden", 3, label="", tags="", note="", shown=shown(recorded))
    assert unit(recorded, "hidden", 3).subtitle == ""
    assert recorded.notes().empty


def test_fields_that_are_not_sent_stay(recorded):
    write_note(recorded, "hidden", 3, label="red edge", tags="edge", note="Line.")
    write_note(recorded, "hidden", 3, note="Other.", shown=shown(recorded))
    write_note(recorded, "hidden", 3)
    assert [field.value for field in panel(unit(recorded, "hidden", 3), Form).fields] == [
        "red edge",
        "edge",
        "Other.",
    ]


def test_of_two_tabs_the_second_overwrites_nothing_and_is_given_both_texts(recorded):
    first = second = shown(recorded)
    assert write_note(recorded, "hidden", 3, label="", tags="", note="from the first", shown=first) is None
    page = write_note(recorded, "hidden", 3, label="", tags="", note="from the second", shown=second)
    assert page is not None
    assert [cell.text for cell in panel(page, Table).rows[2]] == ["Note", "from the second", "from the first"]
    form = panel(page, Form)
    assert form.fields[2].value == "from the second"
    assert unit_note(recorded, "hidden", 3).note == "from the first"
    write_note(recorded, "hidden", 3, note=form.fields[2].value, shown=form.shown)
    assert unit_note(recorded, "hidden", 3).note == "from the second"


def test_notes_that_another_program_holds_do_not_keep_pages_from_being_drawn(recorded, monkeypatch):
    monkeypatch.setattr("shiftscope.store.notes.READING_SECONDS", 0.01)
    write_note(recorded, "hidden", 3, label="red edge")
    client = viewer(recorded)
    other = sqlite3.connect(recorded.path / NOTES, isolation_level=None)
    with closing(other):
        other.execute("BEGIN EXCLUSIVE")
        for address in (
            "/layers/hidden",
            "/layers/hidden/units/3",
            "/",
            "/layers/hidden/units/3?where=unit+<+9",
        ):
            answer = client.get(address)
            assert answer.status_code == 200
            assert ("in use by another process" in answer.text) == (address != "/")
    for address in ("/layers/hidden", "/layers/hidden/units/3"):  # at once, though no file has changed
        assert "red edge" in client.get(address).text


def test_a_unit_that_is_not_there_is_named(recorded):
    with pytest.raises(NotInStudy, match="no unit 10 in layer 'hidden'"):
        write_note(recorded, "hidden", 10, label="x", tags="", note="")


def test_a_damaged_file_is_named_and_the_page_still_drawn(recorded):
    (recorded.path / NOTES).write_bytes(b"no database" * 100)
    page = unit(recorded, "hidden", 3)
    assert "notes.sqlite cannot be read" in panel(page, Message, "note").text
    assert panels(page, Table, "similar")[0].rows
    assert panels(page, Form) == []
