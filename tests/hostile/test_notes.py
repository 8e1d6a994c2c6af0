"""A file of notes, and what SQLite keeps beside it, from strangers."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing

import pytest

from shiftscope.errors import StudyDamaged
from shiftscope.store.notes import OF_SEVERAL_FILES
from shiftscope.study import Study


def hot_journal(database: bytes, super_journal: str) -> bytes:
    """A rollback journal of one page that names a super-journal, as SQLite's file format describes it."""
    page = struct.unpack(">H", database[16:18])[0]
    pages = len(database) // page
    nonce, content = 7, database[:page]
    checksum = nonce + sum(content[at] for at in range(page - 200, 0, -200))
    header = bytes.fromhex("d9d505f920a163d7") + struct.pack(">IIIII", 1, nonce, pages, 512, page)
    record = struct.pack(">I", 1) + content + struct.pack(">I", checksum % 2**32)
    name = super_journal.encode()
    locked = 2**30 // page + 1  # the number of the page where the locks lie
    ending = struct.pack(">I", locked) + name + struct.pack(">II", len(name), sum(name)) + OF_SEVERAL_FILES
    return header.ljust(512, b"\0") + record + ending


@pytest.fixture
def mine(stranger):
    file = stranger.parent / "mine.txt"
    file.write_text("kept")
    content = (stranger / "notes.sqlite").read_bytes()
    (stranger / "notes.sqlite-journal").write_bytes(hot_journal(content, str(file)))
    return file


def test_sqlite_itself_deletes_the_file_that_such_a_journal_names(mine, stranger):
    with closing(sqlite3.connect(stranger / "notes.sqlite")) as connection:
        connection.execute("SELECT count(*) FROM unit_notes").fetchone()
    assert not mine.exists()


def test_a_journal_that_names_a_file_elsewhere_does_not_delete_it(mine, stranger):
    study = Study(stranger)
    for use in (study.notes, lambda: study.annotate("hidden", 2, note="new")):
        with pytest.raises(StudyDamaged, match="-journal is not of a file of notes"):
            use()
    assert mine.read_text() == "kept"


def test_the_journal_of_a_process_that_was_killed_is_rolled_back(stranger):
    content = (stranger / "notes.sqlite").read_bytes()
    journal = hot_journal(content, "")
    (stranger / "notes.sqlite-journal").write_bytes(
        journal[: journal.rindex(struct.pack(">I", 2**30 // 4096 + 1))]
    )
    study = Study(stranger)
    study.annotate("hidden", 2, note="new")
    assert study.notes()["note"].tolist() == ["new", "hello"]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON unit_notes BEGIN DELETE FROM unit_notes; END",
        "CREATE VIEW v AS SELECT load_extension('x')",
        "CREATE TABLE other (a)",
        "PRAGMA journal_mode = WAL",
    ],
)
def test_a_file_with_more_in_it_is_refused_or_read(statement, stranger):
    with closing(sqlite3.connect(stranger / "notes.sqlite")) as connection:
        connection.execute(statement)
        connection.commit()
    study = Study(stranger)
    if statement.startswith("PRAGMA"):
        assert study.notes()["note"].tolist() == ["hello"]
    else:
        with pytest.raises(StudyDamaged, match="it holds other tables"):
            study.notes()
        with pytest.raises(StudyDamaged, match="it holds other tables"):
            study.annotate("hidden", 2, note="new")
