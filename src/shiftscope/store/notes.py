"""What people write about units: a short label, tags and a note, in one SQLite file of the study.

The tags of samples lie in the same file.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from shiftscope.checked_text import short_text
from shiftscope.errors import BadRequest, NoteChanged, NotInStudy, StudyBusy, StudyDamaged, StudyNotWritable
from shiftscope.store.disk.atomic import make_empty
from shiftscope.store.disk.local_copy import file_to_read
from shiftscope.store.disk.object_path import on_store
from shiftscope.store.layout import NOTES
from shiftscope.store.stored_study import StoredStudy
from shiftscope.typed import as_whole_number

LONGEST_LABEL = 80  # characters
LONGEST_TAG = 40
MOST_TAGS = 20  # of one unit
LONGEST_NOTE = 10_000
LONGEST_ROW = 100_000  # bytes; a file that holds more in one is not ours
OF_SEVERAL_FILES = bytes.fromhex("d9d505f920a163d7")  # how such a journal ends
PATIENCE_SECONDS = 10.0  # for another process that is writing, before a note is given up
READING_SECONDS = 1.0  # the same before a page is drawn without notes
READ_ONLY = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
AWAY = "Move it away to start anew."

_TABLE = (
    "CREATE TABLE unit_notes (layer TEXT NOT NULL, unit INTEGER NOT NULL, label TEXT NOT NULL, tags TEXT NOT NULL, "
    "note TEXT NOT NULL, changed TEXT NOT NULL, PRIMARY KEY (layer, unit)) WITHOUT ROWID"
)
TAGS_OF_SAMPLES = (
    "CREATE TABLE sample_tags (dataset TEXT NOT NULL, sample TEXT NOT NULL, tags TEXT NOT NULL, changed TEXT NOT NULL, "
    "PRIMARY KEY (dataset, sample)) WITHOUT ROWID"
)
_OURS = {_TABLE, TAGS_OF_SAMPLES}
_ONE = "WHERE layer = ? AND unit = ?"
Given = tuple[str | None, frozenset[str] | None, str | None]  # label, tags, note; None stays
_BETWEEN_TAGS = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class UnitNote:
    """What is written about one unit; empty where nothing is."""

    label: str = ""
    tags: frozenset[str] = frozenset()
    note: str = ""
    changed: datetime | None = None  # when it was last saved, UTC

    def __bool__(self) -> bool:
        return bool(self.label or self.tags or self.note)


def unit_notes(study: StoredStudy, layer: str) -> dict[int, UnitNote]:
    """Notes of a layer's units by unit; units without one are left out.

    Raises
    ------
    StudyDamaged
        The file of notes is not one of ours; the message names it.
    """
    units = study.layer(layer).units
    rows = _rows(notes_file(study), "WHERE layer = ? ORDER BY unit", study.layer(layer).name)
    return {unit: note for _, unit, note in rows if unit < units}


def unit_note(study: StoredStudy, layer: str, unit: int) -> UnitNote:
    """The note of one unit, an empty one where there is none."""
    study.layer(layer).check(unit)
    rows = _rows(notes_file(study), _ONE, study.layer(layer).name, unit)
    return next((note for *_, note in rows), UnitNote())


def all_notes(study: StoredStudy) -> list[tuple[str, int, UnitNote]]:
    """Layer, unit and note of every unit that has one, by layer in the study's order and by unit."""
    places = {name: place for place, name in enumerate(study.layers)}
    rows = [row for row in _rows(notes_file(study)) if row[0] in places]
    kept = [row for row in rows if row[1] < study.layers[row[0]].units]
    return sorted(kept, key=lambda row: (places[row[0]], row[1]))


def search_notes(study: StoredStudy, text: str) -> list[tuple[str, int, UnitNote]]:
    """Units whose label, tags or note hold `text` in any case: labels first, then tags, then notes."""
    wanted = text.strip().casefold()
    if not wanted:
        return []

    def where(note: UnitNote) -> int:
        held = (
            wanted in note.label.casefold(),
            any(wanted in tag.casefold() for tag in note.tags),
            wanted in note.note.casefold(),
        )
        return held.index(True) if any(held) else len(held)

    found = [(where(row[2]), row) for row in all_notes(study)]
    return [row for place, row in sorted(found, key=lambda pair: pair[0]) if place < 3]


def all_tags(study: StoredStudy) -> list[str]:
    """Every tag in use, in the order of the alphabet."""
    return sorted(
        {tag for *_, note in all_notes(study) for tag in note.tags}, key=lambda t: (t.casefold(), t)
    )


def save_unit_note(
    study: StoredStudy,
    layer: str,
    unit: int,
    *,
    label: str | None = None,
    tags: str | Iterable[str] | None = None,
    note: str | None = None,
    shown: str | None = None,
) -> UnitNote:
    """Write about one unit, and give what is written then; what is None stays, what is empty is removed.

    Parameters
    ----------
    label
        One line of at most 80 characters.
    tags
        At most 20 words of at most 40 characters: several, or one text with commas or blanks between them.
    note
        At most 10,000 characters.
    shown
        `state_of` the note as whoever writes has seen it. Texts that are still as they were shown then stay as they
        are by now, and one that was changed on both sides is not overwritten. None writes over whatever is there.

    Raises
    ------
    BadRequest
        A text is too long or holds control characters, or the study cannot be written to or was opened read only.
    NoteChanged
        A text was changed both here and in the study since it was shown; nothing is saved.
    StudyBusy
        Another process has held the file of notes for ten seconds.
    NotInStudy
        There is no such layer or unit.
    StudyDamaged
        The file of notes is not one of ours.
    """
    refuse_read_only(study)
    place = study.layer(layer)
    number = as_whole_number(unit)
    if number is None:
        raise BadRequest(f"unit={unit!r}; a unit is a whole number.")
    place.check(number)
    for name, text in (("label", label), ("note", note)):
        if text is not None and not isinstance(text, str):
            raise BadRequest(f"{name}={text!r}; it is text.")
    if tags is not None and not isinstance(tags, str):
        tags = list(tags)
        if not all(isinstance(tag, str) for tag in tags):
            raise BadRequest(f"tags={tags!r}; each is text.")
    given: Given = (
        None if label is None else _one_line(label, "a label", LONGEST_LABEL),
        None if tags is None else tags_of(tags),
        None if note is None else short_text(note.replace("\r\n", "\n").strip(), "a note", LONGEST_NOTE),
    )
    path = writable_notes_file(study)
    with writing(path, _TABLE) as connection:
        before = next((n for *_, n in _read(connection, path, _ONE, place.name, unit)), UnitNote())
        if shown is not None:
            given = _changed_since(shown, before, given)
        after = UnitNote(
            before.label if given[0] is None else given[0],
            before.tags if given[1] is None else given[1],
            before.note if given[2] is None else given[2],
            datetime.now(UTC).replace(microsecond=0),
        )
        if not after:
            connection.execute(f"DELETE FROM unit_notes {_ONE}", (place.name, unit))
            return UnitNote()
        assert after.changed is not None
        row = (
            place.name,
            unit,
            after.label,
            joined(after.tags),
            after.note,
            after.changed.isoformat(),
        )
        connection.execute("INSERT OR REPLACE INTO unit_notes VALUES (?, ?, ?, ?, ?, ?)", row)
    return after


def state_of(note: UnitNote) -> str:
    """A short text that differs where the label, the tags or the note do, part by part."""
    return ".".join(map(_digest, (note.label, joined(note.tags), note.note)))


def _changed_since(shown: str, now: UnitNote, given: Given) -> Given:
    """What of `given` differs from what was shown; what was not said to be shown was empty.

    Raises
    ------
    NoteChanged
        Some of it has changed to something else by now.
    """
    label, tags, note = given
    sent = label, None if tags is None else joined(tags), note
    parts = shown.split(".") if shown.count(".") == 2 else state_of(UnitNote()).split(".")
    kept = [text is None or _digest(text) == part for text, part in zip(sent, parts, strict=True)]
    for text, own, then, state in zip(sent, kept, parts, state_of(now).split("."), strict=True):
        if not own and text is not None and state not in (then, _digest(text)):
            raise NoteChanged(
                "this label, these tags or this note were changed after the page was drawn, and not by it. Nothing is "
                "saved. Look at what is there now, and save again what is to be there."
            )
    return (None if kept[0] else label, None if kept[1] else tags, None if kept[2] else note)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def joined(tags: frozenset[str]) -> str:
    """Tags as they are stored."""
    return " ".join(sorted(tags))


def notes_file(study: StoredStudy) -> Path:
    """The file of notes.

    Raises
    ------
    StudyDamaged
        It leads out of the study, or a journal beside it is not of ours: one of several files names another journal,
        which SQLite would delete wherever it lies.
    """
    path = study.place.notes
    if study.place.on_store:  # of which a copy is opened, without a journal
        return path
    journal = path.with_name(f"{NOTES}-journal")
    if journal.is_symlink() or (journal.is_file() and _ending(journal) == OF_SEVERAL_FILES):
        raise StudyDamaged(
            f"{journal} is not of a file of notes. Remove it; notes being written then may be lost."
        )
    return path


def refuse_read_only(study: StoredStudy) -> None:
    """Raise `BadRequest` for a study that was opened to be read."""
    if study.read_only:
        raise BadRequest(
            f"{study.path} was opened to be read only, so no note is saved. Open it without read_only."
        )


def writable_notes_file(study: StoredStudy) -> Path:
    """The file of notes; raises `BadRequest` where none can be saved."""
    path = notes_file(study)
    if on_store(path):
        raise BadRequest(
            f"notes cannot be saved in {path}: an object store does not hold them. Copy the study to a folder, write "
            "them there, and copy notes.sqlite back if others are to read them."
        )
    return path


def _ending(journal: Path) -> bytes:
    try:
        with journal.open("rb") as file:
            file.seek(-min(len(OF_SEVERAL_FILES), os.fstat(file.fileno()).st_size), os.SEEK_END)
            return file.read()
    except FileNotFoundError:  # it ends with the note that was being saved
        return b""


def _rows(path: Path, chosen: str = "", *values: str | int) -> list[tuple[str, int, UnitNote]]:
    """Rows of the file, which need not be there and is not made by reading."""
    with reading(path) as connection:
        return list(_read(connection, path, chosen, *values)) if connection else []


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    """The file of notes, to be read; None where there is none."""
    if not path.exists():
        yield None
        return
    with _told(path, "read"), file_to_read(path) as here:
        address = f"{here.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=READING_SECONDS)) as connection:
            yield connection


def has_table(connection: sqlite3.Connection, path: Path, table: str) -> bool:
    """Whether the file holds a table, which is not made before its first row.

    Raises
    ------
    StudyDamaged
        It holds anything that is not ours: a file that came with a study may hold triggers and views, which would run.
    """
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_ROW)
    connection.execute("PRAGMA trusted_schema = OFF")
    held = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master")}
    if not held <= _OURS:
        raise StudyDamaged(f"{path} is not a file of notes: it holds other tables. {AWAY}")
    return table in held


def _read(
    connection: sqlite3.Connection, path: Path, chosen: str, *values: str | int
) -> Iterator[tuple[str, int, UnitNote]]:
    if not has_table(connection, path, _TABLE):
        return
    query = f"SELECT layer, unit, label, tags, note, changed FROM unit_notes {chosen}"
    for layer, unit, label, tags, note, changed in connection.execute(query, values):
        texts = (layer, label, tags, note, changed)
        if not (isinstance(unit, int) and unit >= 0 and all(isinstance(text, str) for text in texts)):
            raise StudyDamaged(f"{path} holds a note that is no text, of unit {unit!r} in {layer!r}. {AWAY}")
        try:
            when = datetime.fromisoformat(changed)
        except ValueError:
            raise StudyDamaged(
                f"{path} has {changed!r} for the time of a note, of unit {unit} in {layer!r}. {AWAY}"
            ) from None
        yield layer, unit, UnitNote(label, frozenset(tags.split()), note, when)


@contextmanager
def writing(path: Path, table: str) -> Iterator[sqlite3.Connection]:
    """A transaction that nobody else writes beside, in which a table is there; with SQLite's rollback journal, which
    shared disks allow."""
    with suppress(OSError):  # where no file can be made SQLite says why
        make_empty(path)
    with (
        _told(path, "saved"),
        closing(sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None)) as connection,
    ):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if not has_table(connection, path, table):
                connection.execute(table)
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def _told(path: Path, done: Literal["read", "saved"]) -> Iterator[None]:
    """What SQLite refuses, as one of our errors."""
    waited = READING_SECONDS if done == "read" else PATIENCE_SECONDS
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:  # SQLite hands over text unread
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StudyBusy(
                f"{path} was in use by another process for {waited:.0f} s, and was not {done}; try again."
            ) from error
        if done == "saved" and code == sqlite3.SQLITE_FULL:
            raise StudyNotWritable(
                f"the note was not saved in {path}: the disk is full. Make room, and save it again."
            ) from error
        if not path.parent.is_dir():
            raise NotInStudy(f"{path.parent} is no longer there: the study was deleted or moved.") from error
        if done == "saved" and code in READ_ONLY:
            raise BadRequest(
                f"notes cannot be saved in {path}: {error}. The study can only be read; copy it to where you may "
                "write."
            ) from error
        raise StudyDamaged(f"{path} cannot be {done} as the study's notes: {error}. {AWAY}") from error


def tags_of(tags: str | Iterable[str]) -> frozenset[str]:
    """Words of one text or of several, at most as many as one thing may have; raises `BadRequest`."""
    texts = [tags] if isinstance(tags, str) else list(tags)
    words = frozenset(word for text in texts for word in _BETWEEN_TAGS.split(text) if word)
    if len(words) > MOST_TAGS:
        raise BadRequest(f"{len(words)} tags were given; {MOST_TAGS} are the most.")
    return frozenset(short_text(word, "a tag", LONGEST_TAG) for word in words)


def _one_line(text: str, what: str, longest: int) -> str:
    return short_text(" ".join(text.split()), what, longest)
