"""Many small files of a folder, known before the first is written."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from shiftscope.store.disk.atomic import Checksums, flush
from shiftscope.store.disk.object_path import on_store, put_many, study_path


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write small files on this machine, by their names within a folder."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def write_folder(folder: Path, files: Mapping[str, bytes], sums: Checksums) -> None:
    """Write a folder that is not there yet, to last through a power cut; checksums of its files come into `sums`."""
    if on_store(folder):
        put_many({folder / name: content for name, content in files.items()})
        sums |= {study_path(folder / name): sha256(content).hexdigest() for name, content in files.items()}
        return
    write_files(folder, files)
    flush(folder, sums)
