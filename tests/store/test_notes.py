"""What people write about units: kept, found again, safe for several writers, and never trusted blindly."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shiftscope.errors import BadRequest, NoteChanged, NotInStudy, StudyBusy, StudyDamaged
from shiftscope.store.layout import NOTES, folder_name
from shiftscope.store.notes import (
    UnitNote,
    all_notes,
    all_tags,
    save_unit_note,
    search_notes,
    state_of,
    unit_note,
    unit_notes,
)
from shiftscope.store.stored_study import StoredStudy
from shiftscope.study import Study


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of one dataset; tests write to copies of it."""
    import torch

    from ..conftest import Made, Net

    torch.manual_seed(0)
    study = Study.create(tmp_path_factory.mktemp("notes") / "bare.study", Net(), tuple("abcd"))
    study.record(Made(samples=4), "lab", layers=["conv", "hidden"], progress=False)
    return study.path


@pytest.fixture
def study(bare: Path, tmp_path: Path) -> Study:
    return Study(shutil.copytree(bare, tmp_path / "noted.study"))


def test_a_study_without_notes_has_no_file_of_them_and_reading_makes_none(study):
    assert unit_notes(study, "hidden") == {}
    assert unit_note(study, "hidden", 3) == UnitNote()
    assert not unit_note(study, "hidden", 3)
    assert (search_notes(study, "edge"), all_tags(study), all_notes(study)) == ([], [], [])
    assert not (study.path / NOTES).exists()


def test_what_is_saved_is_read_again_by_another_reader(study):
    before = datetime.now(UTC).replace(microsecond=0)
    saved = save_unit_note(
        study, "hidden", 3, label="red edge", tags=["colour", "edge"], note="Line one.\nTwo."
    )
    assert (saved.label, saved.tags, saved.note) == ("red edge", {"colour", "edge"}, "Line one.\nTwo.")
    assert before <= saved.changed <= datetime.now(UTC)
    again = StoredStudy(study.path)
    assert unit_note(again, "hidden", 3) == saved
    assert unit_notes(again, "hidden") == {3: saved}
    assert unit_notes(again, "conv") == {}


def test_what_is_not_given_stays_and_what_is_empty_goes(study):
    save_unit_note(study, "hidden", 3, label="edge", tags="a b", note="first")
    assert save_unit_note(study, "hidden", 3, note="second").label == "edge"
    kept = save_unit_note(study, "hidden", 3, tags="")
    assert (kept.label, kept.tags, kept.note) == ("edge", frozenset(), "second")
    assert save_unit_note(study, "hidden", 3, label=" ", note="") == UnitNote()
    assert unit_notes(study, "hidden") == {}


@pytest.mark.parametrize(
    "tags", ["edge, colour;  red", " edge colour red ", ["edge", "colour", "red"], {"edge colour", "red"}]
)
def test_tags_are_words_however_they_are_written(study, tags):
    assert save_unit_note(study, "conv", 0, tags=tags).tags == {"edge", "colour", "red"}


def test_a_label_is_one_line_of_any_script(study):
    assert save_unit_note(study, "conv", 0, label="  Kante \n rot\t✓ ").label == "Kante rot ✓"
    assert unit_note(study, "conv", 0).label == "Kante rot ✓"


def test_text_is_found_in_labels_before_tags_before_notes_in_any_case(study):
    save_unit_note(study, "conv", 5, note="looks like an EDGE")
    save_unit_note(study, "hidden", 1, tags="Edges")
    save_unit_note(study, "hidden", 9, label="Red edge")
    save_unit_note(study, "hidden", 2, label="sky")
    assert [(layer, unit) for layer, unit, _ in search_notes(study, " edge ")] == [
        ("hidden", 9),
        ("hidden", 1),
        ("conv", 5),
    ]
    assert search_notes(study, "%") == []
    assert search_notes(study, "") == []


def test_all_tags_are_listed_once_in_the_order_of_the_alphabet(study):
    save_unit_note(study, "conv", 0, tags="b C")
    save_unit_note(study, "hidden", 0, tags="a b")
    assert all_tags(study) == ["a", "b", "C"]


def test_notes_come_by_layer_and_unit_and_as_a_table(study):
    for layer, unit in (("hidden", 10 - 1), ("hidden", 2), ("conv", 4)):
        study.annotate(layer, unit, label=f"{layer} {unit}", tags=["y", "x"])
    assert [row[:2] for row in all_notes(study)] == [("conv", 4), ("hidden", 2), ("hidden", 9)]
    table = study.notes()
    assert list(table.columns) == ["layer", "unit", "label", "tags", "note", "changed"]
    assert table["label"].tolist() == ["conv 4", "hidden 2", "hidden 9"]
    assert table["tags"].tolist() == ["x, y"] * 3
    assert len(Study(study.path).notes()) == 3


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"label": "x" * 81}, "a label has at most 80 characters, and this one has 81"),
        ({"tags": "x" * 41}, "a tag has at most 40 characters"),
        ({"tags": [f"t{n}" for n in range(21)]}, "21 tags were given; 20 are the most"),
        ({"note": "x" * 10_001}, "a note has at most 10,000 characters, and this one has 10,001"),
        ({"note": "bell \a"}, r"a note cannot hold the control character '\\x07'"),
        ({"label": "half \ud800"}, r"a label cannot hold the control character '\\ud800'"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_written(study, given, message):
    with pytest.raises(BadRequest, match=message):
        save_unit_note(study, "hidden", 0, **given)
    assert not (study.path / NOTES).exists()


def test_the_longest_texts_of_the_widest_characters_are_kept(study):
    given = {"label": "𝄞" * 80, "tags": [f"{n:02d}" + "𝄞" * 38 for n in range(20)], "note": "𝄞" * 10_000}
    saved = save_unit_note(study, "hidden", 0, **given)
    assert unit_note(study, "hidden", 0) == saved
    assert saved.note == given["note"]


def test_what_is_written_about_one_unit_has_an_end(study):
    """The longest there can be, saved again and again, stays one row."""
    wide = {"tags": [f"{n:02d}" + "𝄞" * 38 for n in range(20)], "note": "𝄞" * 9_990}
    for number in range(10):
        save_unit_note(study, "hidden", 0, label=f"{number}" + "𝄞" * 79, **wide)
    assert (study.path / NOTES).stat().st_size < 2 * 4 * (80 + 20 * 41 + 10_000)


def test_a_unit_or_layer_that_is_not_there_is_named(study):
    with pytest.raises(NotInStudy, match="no unit 10 in layer 'hidden', which has 10"):
        save_unit_note(study, "hidden", 10, label="x")
    with pytest.raises(NotInStudy, match="no layer 'hiden'"):
        unit_notes(study, "hiden")


def test_quotes_and_statements_are_only_text(study):
    text = "'); DROP TABLE unit_notes; --"
    save_unit_note(study, "hidden", 0, label=text)
    assert [note.label for *_, note in search_notes(study, "drop table")] == [text]


SAVE_TWENTY = """
import sys
from shiftscope.store.notes import save_unit_note
from shiftscope.store.stored_study import StoredStudy

study = StoredStudy(sys.argv[1])
for turn in range(20):
    save_unit_note(study, "hidden", int(sys.argv[2]), label=f"turn {turn}")
    save_unit_note(study, "hidden", 9, **{sys.argv[3]: sys.argv[2]})
"""


def test_several_processes_write_at_once_and_nothing_is_lost(study):
    writers = [
        subprocess.Popen([sys.executable, "-c", SAVE_TWENTY, str(study.path), str(unit), field])
        for unit, field in ((0, "label"), (1, "tags"), (2, "note"))
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    notes = unit_notes(study, "hidden")
    assert [notes[unit].label for unit in (0, 1, 2)] == ["turn 19"] * 3
    assert (notes[9].label, notes[9].tags, notes[9].note) == ("0", {"1"}, "2")


def test_a_journal_that_ends_while_it_is_looked_at_is_none(study, monkeypatch):
    study.annotate("hidden", 1, note="mine")
    monkeypatch.setattr(Path, "is_file", lambda path: path.name.endswith("-journal"))
    assert unit_note(study, "hidden", 1).note == "mine"


def test_a_file_in_use_for_too_long_says_so(study, monkeypatch):
    save_unit_note(study, "hidden", 0, label="x")
    monkeypatch.setattr("shiftscope.store.notes.PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr("shiftscope.store.notes.READING_SECONDS", 0.05)
    other = sqlite3.connect(study.path / NOTES, isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StudyBusy, match=r"in use by another process.*was not saved"):
            save_unit_note(study, "hidden", 0, label="y")
        with pytest.raises(StudyBusy, match=r"in use by another process.*was not read"):
            unit_note(study, "hidden", 0)
    finally:
        other.close()
    assert unit_note(study, "hidden", 0).label == "x"


SHOWN = UnitNote("edge", frozenset({"a"}), "one")


@pytest.mark.parametrize(
    ("meanwhile", "sent", "expected"),
    [
        ({}, ("line", "a", "one"), ("line", "a", "one")),
        ({"note": "two"}, ("line", "a", "one"), ("line", "a", "two")),  # each changed another text
        ({"note": "two"}, ("edge", "a", "one"), ("edge", "a", "two")),  # nothing was changed here
        ({"note": "two"}, ("edge", "a", "two"), ("edge", "a", "two")),  # both changed it to the same
        ({"note": "two"}, ("edge", "b a", None), ("edge", "b a", "two")),  # the note was left out
        ({"note": ""}, ("edge", "a", "one"), ("edge", "a", "")),
        ({"note": "two"}, ("edge", "a", "three"), None),
        ({"note": ""}, ("edge", "a", "three"), None),
        ({"tags": "b"}, ("line", "c", "one"), None),
    ],
)
def test_what_was_changed_since_it_was_shown_is_never_written_over(study, meanwhile, sent, expected):
    save_unit_note(study, "hidden", 0, label="edge", tags="a", note="one")
    save_unit_note(study, "hidden", 0, **meanwhile)
    before = unit_note(study, "hidden", 0)
    label, tags, note = sent
    words = {"label": label, "tags": tags, "note": note, "shown": state_of(SHOWN)}
    if expected is None:
        with pytest.raises(NoteChanged, match="Nothing is saved"):
            save_unit_note(study, "hidden", 0, **words)
        assert unit_note(study, "hidden", 0) == before
    else:
        label, tags, note = expected
        saved = save_unit_note(study, "hidden", 0, **words)
        assert (saved.label, saved.tags, saved.note) == (label, frozenset(tags.split()), note)


@pytest.mark.parametrize("shown", ["", "x", "a.b", "1.2.3.4"])
def test_who_does_not_say_what_was_shown_fills_empty_texts_alone(study, shown):
    save_unit_note(study, "hidden", 0, label="edge")
    assert save_unit_note(study, "hidden", 0, note="new", shown=shown).note == "new"
    with pytest.raises(NoteChanged):
        save_unit_note(study, "hidden", 0, label="other", shown=shown)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_study_that_can_only_be_read_shows_its_notes_and_says_that_it_cannot_save(study):
    save_unit_note(study, "hidden", 0, label="x")
    (study.path / NOTES).chmod(0o444)
    study.path.chmod(0o555)
    try:
        assert unit_note(study, "hidden", 0).label == "x"
        with pytest.raises(BadRequest, match=r"notes cannot be saved in .*notes\.sqlite.*can only be read"):
            save_unit_note(study, "hidden", 0, label="y")
    finally:
        study.path.chmod(0o755)


def test_a_study_that_was_deleted_meanwhile_is_said_to_be_gone(study):
    gone = Study(study.path)
    shutil.rmtree(study.path)
    with pytest.raises(NotInStudy, match=r"no longer there: the study was deleted or moved"):
        save_unit_note(gone, "hidden", 0, label="y")


@pytest.mark.parametrize(
    "content", [b"not a database, though long enough to be read as one" * 9, b"SQLite format 3\0"]
)
def test_a_file_that_is_no_database_is_named(study, content):
    (study.path / NOTES).write_bytes(content)
    with pytest.raises(StudyDamaged, match=r"notes\.sqlite cannot be read as the study's notes"):
        unit_notes(study, "hidden")
    with pytest.raises(
        StudyDamaged, match=r"notes\.sqlite cannot be saved as the study's notes.*Move it away"
    ):
        save_unit_note(study, "hidden", 0, label="x")
    assert (study.path / NOTES).read_bytes() == content


def test_a_truncated_or_flipped_file_gives_notes_or_is_named(study):
    for unit in range(10):
        save_unit_note(study, "hidden", unit, label=f"unit {unit}", note="n" * 2000)
    whole = (study.path / NOTES).read_bytes()
    broken = [whole[:size] for size in range(1, len(whole), 997)]
    broken += [whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :] for at in range(0, len(whole), 211)]
    messages = []
    for content in broken:
        (study.path / NOTES).write_bytes(content)
        for read in (lambda: unit_notes(study, "hidden"), lambda: all_notes(study)):
            try:
                read()
            except StudyDamaged as error:
                messages.append(str(error))
    assert messages
    assert all("notes.sqlite" in message for message in messages)


def test_an_empty_file_holds_no_notes_and_takes_some(study):
    (study.path / NOTES).touch()
    assert unit_notes(study, "hidden") == {}
    save_unit_note(study, "hidden", 0, label="x")
    assert unit_note(study, "hidden", 0).label == "x"


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON unit_notes BEGIN DELETE FROM unit_notes; END",
        "CREATE TABLE other (x)",
        "ALTER TABLE unit_notes ADD COLUMN more TEXT",
    ],
)
def test_a_file_with_anything_else_in_it_is_refused(study, statement):
    save_unit_note(study, "hidden", 0, label="x")
    with sqlite3.connect(study.path / NOTES) as other:
        other.execute(statement)
    other.close()
    with pytest.raises(StudyDamaged, match="holds other tables"):
        unit_notes(study, "hidden")
    with pytest.raises(StudyDamaged, match="holds other tables"):
        save_unit_note(study, "hidden", 1, label="y")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("hidden", 1, b"\xff", "", "", "2026-01-01T00:00:00+00:00"), "a note that is no text, of unit 1"),
        (
            ("hidden", "one", "x", "", "", "2026-01-01T00:00:00+00:00"),
            "a note that is no text, of unit 'one'",
        ),
        (("hidden", 1, "x", "", "", "yesterday"), "has 'yesterday' for the time of a note"),
        (("hidden", 1, "x", "", "n" * 200_000, "2026-01-01T00:00:00+00:00"), "cannot be read.*too big"),
    ],
)
def test_a_row_that_no_one_could_have_saved_is_named(study, values, message):
    save_unit_note(study, "hidden", 0, label="x")
    with sqlite3.connect(study.path / NOTES) as other:
        other.execute("INSERT INTO unit_notes VALUES (?, ?, ?, ?, ?, ?)", values)
    other.close()
    with pytest.raises(StudyDamaged, match=message):
        unit_notes(study, "hidden")


def test_notes_of_units_that_the_study_does_not_have_are_left_out(study):
    save_unit_note(study, "hidden", 0, label="x")
    with sqlite3.connect(study.path / NOTES) as other:
        for layer, unit in (("hidden", 99), ("gone", 0)):
            values = (layer, unit, "x", "", "", "2026-01-01T00:00:00+00:00")
            other.execute("INSERT INTO unit_notes VALUES (?, ?, ?, ?, ?, ?)", values)
    other.close()
    assert list(unit_notes(study, "hidden")) == [0]
    assert [row[:2] for row in search_notes(study, "x")] == [("hidden", 0)]


def test_a_dataset_of_that_name_lies_elsewhere():
    assert folder_name("notes.sqlite") != NOTES
    assert folder_name("Notes.SQLite-journal").startswith("%4E")


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        (0, {"label": 5}),
        (0, {"note": b"x"}),
        (0, {"tags": [None]}),
        (0, {"tags": range(3)}),
        ("3", {"label": "x"}),
        (None, {"label": "x"}),
        (True, {"label": "x"}),
        (1.0, {"label": "x"}),
    ],
)
def test_what_is_no_text_or_no_number_is_refused(
    bare: Path, unit: object, written: dict[str, object]
) -> None:
    with pytest.raises(BadRequest, match=r"it is text|each is text|a unit is a whole number"):
        save_unit_note(StoredStudy(bare), "hidden", unit, **written)  # type: ignore[arg-type]
