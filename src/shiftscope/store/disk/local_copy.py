"""Files for libraries that know only those of this machine: themselves, or copies of what is on an object store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from shiftscope.store.disk.atomic import Checksums
from shiftscope.store.disk.object_path import ObjectPath, on_store, put_many, read_many, study_path

DESCRIPTION = "zarr.json"


@contextmanager
def file_to_read(path: Path) -> Iterator[Path]:
    """Where there is no such file, there is no copy either."""
    if not on_store(path):
        yield path
        return
    with TemporaryDirectory(prefix="shiftscope-") as aside:
        copy = Path(aside) / path.name
        with suppress(FileNotFoundError):
            copy.write_bytes(path.read_bytes())
        yield copy


@contextmanager
def folder_to_read(path: Path) -> Iterator[Path]:
    """Where there is no such folder, there is no copy either."""
    if not on_store(path):
        yield path
        return
    with TemporaryDirectory(prefix="shiftscope-") as aside:
        copy = Path(aside) / path.name
        _copy(path, path.below(), copy)
        yield copy


@contextmanager
def to_write_arrays(folder: Path, sums: Checksums | None = None) -> Iterator[Path]:
    """A folder for zarr, which finds the descriptions of the arrays that are there; in the end it is put in place.

    Checksums of all that is put on an object store come into `sums`; those of files of this machine do not.
    """
    if not on_store(folder):
        yield folder
        return
    with TemporaryDirectory(prefix="shiftscope-") as aside:
        before = _copy(folder, folder.rglob(DESCRIPTION), Path(aside))
        yield Path(aside)
        files = {file: file.read_bytes() for file in sorted(Path(aside).rglob("*")) if file.is_file()}
        places = {file: folder / file.relative_to(aside).as_posix() for file in files}
        put_many({places[file]: content for file, content in files.items() if before.get(file) != content})
        if sums is not None:
            sums |= {study_path(places[file]): sha256(content).hexdigest() for file, content in files.items()}


def _copy(folder: ObjectPath, objects: Iterable[ObjectPath], into: Path) -> dict[Path, bytes]:
    contents = {into / each.relative_to(folder): content for each, content in read_many(objects).items()}
    for copy, content in contents.items():
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
    return contents
