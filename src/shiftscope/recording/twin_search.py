"""Which recorded samples those of a new dataset are twins of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from shiftscope.counted import counted
from shiftscope.datasets.sample import Dataset
from shiftscope.datasets.shifts.shifted import listed_ids
from shiftscope.datasets.split import column_of
from shiftscope.errors import BadRequest, DataError
from shiftscope.recording.fingerprints_before import fingerprints_before
from shiftscope.store.formats.samples import NO_TWIN
from shiftscope.store.layout import by_older_rules
from shiftscope.store.plan import TwinOf
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.twins import lineage

BY_ID = "id"
SHOWN = 5  # ids that a message names


@dataclass(frozen=True)
class TwinsAsked:
    """What is asked of a recording's twins; as `flow.record` has it."""

    by: str | Literal[False] | None = None
    of: str | None = None

    def __post_init__(self) -> None:
        if self.of is not None and not self.by:
            raise BadRequest(f'twin_of={self.of!r} needs twins: "id", or a column of the metadata.')
        if not (self.by is None or self.by is False or (isinstance(self.by, str) and self.by)):
            raise BadRequest(f'twins={self.by!r}; it is "id", a column of the metadata, or False for none.')


def stated_twins(study: StoredStudy, dataset: Dataset, name: str, asked: TwinsAsked) -> TwinOf | None:
    """Whose twin a dataset is: as asked, or where nothing is, of the recorded dataset that it was made from by a
    shift or a cue, or of another set of the same cue.

    Raises
    ------
    NotInStudy
        No such other dataset.
    BadRequest
        It is the dataset itself, or the study is of a format that keeps no twins.
    """
    if by_older_rules(study.manifest.format):
        if asked.by:
            raise BadRequest(f"this study is of format {study.manifest.format}, which keeps no twins.")
        return None
    if asked.by:
        other = asked.of or study.reference
        if not other or other == name:
            raise BadRequest(
                f"{name!r} cannot be its own twin: record the dataset of the originals first, and name it as twin_of."
            )
        return _stated(study, other, asked.by)
    if asked.by is False:
        return None
    recorded = {study[each].plan.fingerprint: each for each in reversed(study.datasets) if each != name}
    made_from = (
        (recorded[each] for each in fingerprints_before(dataset) if each in recorded) if recorded else ()
    )
    no_circle = (each for each in made_from if name not in study or name not in lineage(study, each))
    return next((_stated(study, each, BY_ID) for each in no_circle), None)


def _stated(study: StoredStudy, other: str, by: str) -> TwinOf:
    return TwinOf(study.manifest.recorded_as(other), by, study[other].plan.fingerprint)


def twin_rows(study: StoredStudy, dataset: Dataset, stated: TwinOf) -> npt.NDArray[np.int32]:
    """(sample,) row of each sample's twin in the other dataset, -1 where there is none.

    Raises
    ------
    DataError
        Nothing matches, several samples of the other dataset have the same key, or there is no such column.
    """
    other = study.manifest.now_named(stated.dataset)
    if other is None or other not in study or study[other].plan.fingerprint != stated.fingerprint:
        return np.full(len(dataset), NO_TWIN, np.int32)  # gone since the recording was begun
    there = _keys_of_recorded(study, other, stated.by)
    row_of = {key: row for row, key in enumerate(there) if key is not None}
    _refuse_ambiguous(there, row_of, other, stated.by)
    keys = [_key(value) for value in _values(dataset, stated.by)]
    rows = np.array([NO_TWIN if key is None else row_of.get(key, NO_TWIN) for key in keys], np.int32)
    if (rows == NO_TWIN).all():
        raise DataError(without_twins(dataset, rows, other, stated.by) + " --twins takes another column.")
    return rows


def without_twins(dataset: Dataset, rows: npt.NDArray[np.int32], other: str, by: str) -> str:
    """How many have none, and the first ones."""
    ids, alone = listed_ids(dataset), np.flatnonzero(rows == NO_TWIN)
    first = ", ".join(repr(str(ids[row])) for row in alone[:SHOWN])
    return (
        f"{len(alone):,} of {counted(len(rows), 'sample')} have no twin in {other!r} by {by}; first: {first}."
    )


def _refuse_ambiguous(keys: Sequence[str | None], row_of: dict[str, int], other: str, by: str) -> None:
    known = [key for key in keys if key is not None]
    if len(row_of) == len(known):
        return
    counts: dict[str, int] = {}
    for key in known:
        counts[key] = counts.get(key, 0) + 1
    several = [key for key, count in counts.items() if count > 1]
    samples = sum(counts[key] for key in several)
    first = ", ".join(map(repr, several[:SHOWN]))
    raise DataError(
        f"{other!r} has {samples:,} samples with the same {by}; first: {first}. A twin needs one."
    )


def _values(dataset: Dataset, by: str) -> Iterable[object]:
    return listed_ids(dataset) if by == BY_ID else column_of(dataset, by)


def _keys_of_recorded(study: StoredStudy, other: str, by: str) -> list[str | None]:
    """By id; by a column its values, or where the other dataset has no such column, what a column that names the
    original must hold: its ids."""
    samples = study[other].samples
    if by != BY_ID:
        metadata = samples.metadata()
        if any(by in each for each in metadata):
            return [_key(each.get(by)) for each in metadata]
    return list(map(_key, samples.column("id").to_pylist()))


def _key(value: object) -> str | None:
    """As text, so that the number 17 of a table is the id "17"; None for what is missing."""
    if value is None or value != value or str(value).strip() == "":
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
