"""A shifted or cued dataset as pictures in a folder, with a table and a manifest."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shiftscope.arrays import NO_LABEL
from shiftscope.datasets.metadata import Plain
from shiftscope.datasets.sample import Dataset, Sample
from shiftscope.errors import BadRequest, DataError, StudyDamaged
from shiftscope.progress import Progress, silent
from shiftscope.shard import SHIFTS
from shiftscope.store.disk.asked_file import refuse_no_folder
from shiftscope.store.disk.atomic import (
    Checksums,
    flush_names_of,
    make_folder,
    read_json,
    remove_folder,
    sweep_folder,
    write_json,
    written_aside,
)
from shiftscope.store.disk.self_digest import with_own_digest
from shiftscope.store.formats.made import write_made
from shiftscope.store.formats.picture_manifest import picture_manifest
from shiftscope.store.layout import MADE, PICTURES

TOGETHER = 1000  # pictures that are finished together
TABLE = "images.csv"
ROWS = "rows"  # a folder of what the table is made of, until it is


def write_set(dataset: Dataset, folder: Path, *, name: str = "", progress: Progress = silent) -> int:
    """Write the pictures as PNG, `images.csv` with what is known of each, and the manifest; goes on where it stopped.

    `manifest.json` says `complete` only when all is there. The table is one that `shiftscope.dataset` opens; ids and
    labels in it are those of the dataset.

    Parameters
    ----------
    dataset
        Whose pictures were made of others, by `shiftscope.shift` or `shiftscope.stimuli.cue`.
    name
        For the progress.

    Returns
    -------
    How many pictures were written now.

    Raises
    ------
    BadRequest
        The folder holds something else.
    DataError
        A sample that cannot be read or has no picture.
    """
    described, fingerprint = dict(dataset.describe()), dataset.fingerprint()
    if SHIFTS not in described:
        raise BadRequest(
            "these pictures were not made of others, and have no manifest: shift them, or plant a cue."
        )
    begun = {"complete": False, **picture_manifest(described, fingerprint, len(dataset))}
    before = _refuse_others(folder, fingerprint)
    if before.get("complete"):
        remove_folder(folder / ROWS)
        return 0
    if not before:
        refuse_no_folder(folder)
        make_folder(folder)
        write_json(folder / PICTURES, with_own_digest(begun))
    sweep_folder(folder)
    parts = {part: range(first, min(first + TOGETHER, len(dataset))) for part, first in _starts(len(dataset))}
    left = {
        part: places for part, places in parts.items() if not (folder / MADE / f"{part:05d}.parquet").exists()
    }
    written = sum(map(len, left.values()))
    with progress(name or folder.name, len(dataset) - written, len(dataset)) as advance:
        for part, places in left.items():
            _write_part(dataset, folder, part, places)
            advance(len(places))
    _write_table(folder, sorted(parts))
    write_json(folder / PICTURES, with_own_digest({**(before or begun), "complete": True}))
    remove_folder(folder / ROWS)
    return written


def _starts(samples: int) -> Iterator[tuple[int, int]]:
    return enumerate(range(0, samples, TOGETHER))


def _refuse_others(folder: Path, fingerprint: str) -> dict[str, Any]:
    """The manifest of the same set that was begun there; empty where there is nothing."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return {}
    try:
        before = read_json(folder / PICTURES, "a manifest")
    except StudyDamaged as error:
        raise BadRequest(
            f"{str(folder)!r} is there and is no set of pictures. Choose another folder."
        ) from error
    if before.get("fingerprint") != fingerprint:
        raise BadRequest(f"{str(folder)!r} holds pictures that were made otherwise. Choose another folder.")
    return before


def _write_part(dataset: Dataset, folder: Path, part: int, places: range) -> None:
    """Some pictures; the file of the manifest comes last, so that they count when all are there."""
    sums: Checksums = {}
    rows, entries = [], []
    for place in places:
        sample = dataset[place]
        path = f"images/{part:05d}/{place:06d}.png"
        if sample.picture is None:
            raise DataError(f"sample {sample.id!r} has no picture of 1 or 3 channels to be written.")
        content = io.BytesIO()
        sample.picture.save(content, "PNG")
        with written_aside(folder / path, sums) as file:
            file.write(content.getbuffer())
        rows.append(_row(sample, path, dataset.categories))
        entries.append((sample.id, sample.made))
    write_json(folder / ROWS / f"{part:05d}.json", {"rows": rows}, sums)
    flush_names_of(sums)
    write_made(folder / MADE / f"{part:05d}.parquet", entries)


def _row(sample: Sample, path: str, categories: Sequence[str] | None) -> dict[str, Plain]:
    label: Plain = sample.label
    if sample.label == NO_LABEL:
        label = None
    elif categories:
        label = categories[sample.label]
    row: dict[str, Plain] = {"path": path, "id": sample.id, "label": label}
    for name, value in sample.metadata.items():
        row[name if name not in row else f"{name}.2"] = json.loads(json.dumps(value, default=str))
    return row


def _write_table(folder: Path, parts: Sequence[int]) -> None:
    """One table of all rows; a column that a sample lacks is empty there."""
    rows: list[Mapping[str, Plain]] = []
    for part in parts:
        rows += read_json(folder / ROWS / f"{part:05d}.json", "rows of the table")["rows"]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, columns, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    with written_aside(folder / TABLE) as file:
        file.write(text.getvalue().encode())
