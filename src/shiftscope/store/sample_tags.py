"""Words that people put on samples, by dataset and id, in the file of notes.

A dataset stands there under the name it was recorded as, which stays when it is called otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from shiftscope.errors import BadRequest, StudyDamaged
from shiftscope.store.notes import (
    AWAY,
    MOST_TAGS,
    TAGS_OF_SAMPLES,
    has_table,
    joined,
    notes_file,
    reading,
    refuse_read_only,
    tags_of,
    writable_notes_file,
    writing,
)
from shiftscope.store.stored_study import StoredStudy

MOST_AT_ONCE = 1000  # samples


def sample_tags(study: StoredStudy, dataset: str) -> dict[str, frozenset[str]]:
    """Tags of a dataset's samples by id; samples without one are left out.

    Raises
    ------
    StudyDamaged
        The file of notes is not one of ours; the message names it.
    StudyBusy
        Another process holds it.
    """
    name, path = study[dataset].place.recorded_as, notes_file(study)
    with reading(path) as connection:
        if connection is None or not has_table(connection, path, TAGS_OF_SAMPLES):
            return {}
        rows = connection.execute(
            "SELECT sample, tags FROM sample_tags WHERE dataset = ?", (name,)
        ).fetchall()
    if not all(isinstance(text, str) for row in rows for text in row):
        raise StudyDamaged(f"{path} holds a tag that is no text, of a sample in {dataset!r}. {AWAY}")
    return {sample: frozenset(tags.split()) for sample, tags in rows}


def count_tags(tags: Mapping[str, frozenset[str]]) -> dict[str, int]:
    """How many samples have each tag, in the order of the alphabet."""
    counts = Counter(tag for words in tags.values() for tag in words)
    return {tag: counts[tag] for tag in sorted(counts, key=lambda tag: (tag.casefold(), tag))}


def tag_samples(
    study: StoredStudy,
    dataset: str,
    positions: Sequence[int],
    *,
    add: str | Iterable[str] = "",
    remove: str | Iterable[str] = "",
) -> int:
    """Put words on samples and take others away, all at once or not at all; how many samples were changed.

    Parameters
    ----------
    positions
        Of at most 1,000 samples.
    add, remove
        Words of at most 40 characters: several, or one text with commas or blanks between them. A sample has at most
        20.

    Raises
    ------
    BadRequest
        Too many samples, too many or too long tags, or the study cannot be written to.
    NotInStudy
        There is no such dataset or sample.
    StudyBusy, StudyDamaged
        As for notes.
    """
    refuse_read_only(study)
    more, less = tags_of(add), tags_of(remove)
    if len(positions) > MOST_AT_ONCE:
        raise BadRequest(f"{len(positions):,} samples at once; {MOST_AT_ONCE:,} are the most.")
    recording = study[dataset]
    names = dict.fromkeys(recording.samples[position].id for position in positions)
    changed, when = 0, datetime.now(UTC).replace(microsecond=0).isoformat()
    if not (names and (more or less)):
        return 0
    path = writable_notes_file(study)
    with writing(path, TAGS_OF_SAMPLES) as connection:
        for name in names:
            at = (recording.place.recorded_as, name)
            found = connection.execute(
                "SELECT tags FROM sample_tags WHERE dataset = ? AND sample = ?", at
            ).fetchone()
            before = frozenset(str(found[0]).split()) if found else frozenset()
            after = (before - less) | more
            if len(after) > MOST_TAGS:
                raise BadRequest(f"sample {name!r} would have {len(after)} tags; {MOST_TAGS} are the most.")
            if after == before:
                continue
            changed += 1
            if after:
                row = (*at, joined(after), when)
                connection.execute("INSERT OR REPLACE INTO sample_tags VALUES (?, ?, ?, ?)", row)
            else:
                connection.execute("DELETE FROM sample_tags WHERE dataset = ? AND sample = ?", at)
    return changed


def forget_tags(study: StoredStudy, recorded_as: str) -> None:
    """Take away all tags of a dataset that is removed; a file that cannot be read or written stays as it is."""
    if study.place.on_store:
        return
    with suppress(StudyDamaged):
        path = notes_file(study)
        with reading(path) as connection:
            if connection is None or not has_table(connection, path, TAGS_OF_SAMPLES):
                return
        with writing(path, TAGS_OF_SAMPLES) as connection:
            connection.execute("DELETE FROM sample_tags WHERE dataset = ?", (recorded_as,))
