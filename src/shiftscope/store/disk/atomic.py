"""Files that are whole or not there: written aside, flushed to the disk, renamed; or put on an object store."""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, Any

from shiftscope.errors import StudyDamaged
from shiftscope.store.disk.object_path import on_store
from shiftscope.store.layout import MANIFEST, RECORDING

NO_VERSION = ""  # of an object that is not there
ZARRS_PARTIAL = ".partial"  # as zarr names what it writes aside
Checksums = dict[Path, str]  # file -> SHA-256 of its bytes, in hexadecimal digits
PIECE = 2**18  # bytes read at once
LARGEST_JSON = 2**25  # bytes; lists within lists take twenty times as much once they are read


@contextmanager
def written_aside(path: Path, sums: Checksums | None = None) -> Iterator[IO[bytes]]:
    """An open file that takes its name only when everything was written, and keeps it through a power cut.

    Where `sums` is given, the file's checksum is put into it, and the name lasts from `flush_names_of(sums)` on:
    of many files together that is quicker.
    """
    place = path
    if on_store(path):  # which keeps no part of an object
        whole = io.BytesIO()
        yield whole
        path.put(whole.getbuffer())
        if sums is not None:
            sums[place] = hashlib.sha256(whole.getbuffer()).hexdigest()
        return
    make_folder(path.parent)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")  # hosts may share a process number
    try:
        with aside.open("w+b") as file:
            keep_private(aside)
            yield file
            file.flush()
            if sums is None:
                os.fsync(file.fileno())
            else:
                sums[path] = _flushed_and_summed(file)
        aside.replace(path)
        if sums is None:
            flush_names(path.parent)
    finally:
        aside.unlink(missing_ok=True)


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def has_checksum(path: Path, digest: str) -> bool:
    return path.is_file() and checksum(path) == digest


def flush(path: Path, sums: Checksums) -> None:
    """Make a file, written by other means, or all files in a folder, last through a power cut; sum them up."""
    keep_private(path)
    if path.is_dir():
        for inner in sorted(path.iterdir()):
            flush(inner, sums)
        flush_names(path)
    else:
        with path.open("rb") as file:
            sums[path] = _flushed_and_summed(file)


def make_folder(path: Path) -> None:
    if not on_store(path) and not path.is_dir():
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        keep_private(path)
        flush_names(path.parent)


def make_empty(path: Path) -> None:
    """A file for another library to write, with the rights of every other file of a study; it stays if it is there."""
    if not path.exists():
        path.touch()
        keep_private(path)


def keep_private(path: Path) -> None:
    """Leave a file or folder to its owner alone where its folder is the owner's alone, so that a copy is so too."""
    if os.name == "posix" and not on_store(path) and not path.parent.stat().st_mode & 0o077:
        path.chmod(0o700 if path.is_dir() else 0o600)


def flush_names(folder: Path) -> None:
    """Make what was created or renamed in a folder last through a power cut, where the system can be asked to."""
    if os.name == "posix" and not on_store(folder):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def flush_names_of(paths: Iterable[Path]) -> None:
    for folder in {path.parent for path in paths}:
        flush_names(folder)


def write_json(path: Path, content: Any, sums: Checksums | None = None) -> None:
    with written_aside(path, sums) as file:
        file.write(_as_bytes(content))


def version_of(path: Path) -> str | None:
    """What `write_json_over` may replace, of an object on a store; None in a folder, where a lock stands for it."""
    return path.version() if on_store(path) else None


def write_json_over(path: Path, content: Any, version: str | None) -> bool:
    """False, with nothing written, where the object is no longer this version; None replaces any."""
    if on_store(path):
        return path.put(_as_bytes(content), over=version)
    write_json(path, content)
    return True


def _as_bytes(content: Any) -> bytes:
    # Half a surrogate pair, as in the path of a file whose name is not UTF-8, is escaped as JSON does.
    return json.dumps(content, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace")


def read_json(
    path: Path, what: str, largest: int = LARGEST_JSON, sums: Checksums | None = None
) -> dict[str, Any]:
    """An object from a JSON file of ours, of `largest` bytes at most; `StudyDamaged` names `what` it should be.

    Where `sums` is given, the file's checksum is put into it.
    """
    try:
        size = 0 if on_store(path) else path.stat().st_size  # a request of its own there
        if size > largest:
            raise StudyDamaged(
                f"{path} has {size:,} bytes; {what} has at most {largest:,}. It is not one of ours."
            )
        held = path.read_bytes()
        content = json.loads(held)
    except FileNotFoundError:
        raise StudyDamaged(f"{path} is missing: it should hold {what}.") from None
    except (ValueError, OSError, RecursionError) as error:
        raise StudyDamaged(f"{path} cannot be read as {what}: {error}.") from error
    if not isinstance(content, dict):
        raise StudyDamaged(f"{path} should hold {what}, a JSON object, and holds {type(content).__name__}.")
    if sums is not None:
        sums[path] = hashlib.sha256(held).hexdigest()
    return content


def remove_folder(path: Path) -> None:
    """Take a folder out of sight at once, then delete it."""
    if on_store(path):
        path.remove(first=lambda name: name in (MANIFEST, RECORDING) or name.endswith(".done"))
    elif path.exists():
        aside = path
        if not _is_going(path):
            aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.gone")
            path.replace(aside)
            flush_names(path.parent)  # or after a power cut some of it could be back under its name
        if aside.is_symlink():  # what it leads to may be used by others
            aside.unlink()
        else:
            shutil.rmtree(aside)


def _is_going(path: Path) -> bool:
    """Whether it was taken out of sight before, by a process that was then killed."""
    return path.name.startswith(".") and path.name.endswith(".gone")


def put_in_place_of(new: Path, old: Path) -> None:
    """Give the folder `new` the name of `old`, if there is one, which is deleted."""
    remove_folder(old)
    new.replace(old)
    flush_names(old.parent)


def half_written(path: Path) -> bool:
    """Whether it was on its way to its name when its process was killed, or in a folder that was to be deleted."""
    hidden = any(part.startswith(".") and part.endswith((".part", ".gone")) for part in path.parts)
    return hidden or path.name.endswith(ZARRS_PARTIAL)


def sweep_files(folder: Path) -> None:
    """Remove files that killed processes left half written; not while another process writes here."""
    for left in folder.glob(".*.part"):
        left.unlink(missing_ok=True)


def sweep_folder(folder: Path) -> None:
    """`sweep_files` for a folder and all in it, and what is left of folders by its name that were to be deleted."""
    gone = folder.parent.glob(f".{folder.name}.{'[0-9a-f]' * 8}.gone")
    for left in [*gone, *folder.rglob("*")]:
        if half_written(Path(left.name)):
            if left.is_file() or left.is_symlink():
                left.unlink(missing_ok=True)
            elif left.name.startswith("."):  # not a layer of such a name
                shutil.rmtree(left, ignore_errors=True)


def summed_while_flushed(file: IO[bytes], content: Iterable[bytes | memoryview]) -> bytes:
    """SHA-256 of what was written to the file, at the same time as it goes to the disk."""

    def summed() -> bytes:
        digest = hashlib.sha256()
        for part in content:
            digest.update(part)
        return digest.digest()

    if isinstance(file, io.BytesIO):  # on its way to an object store
        return summed()
    file.flush()
    with ThreadPoolExecutor(1) as other:  # one waits for the disk, the other for the processor
        flushing = other.submit(os.fsync, file.fileno())
        digest = summed()
        flushing.result()
    return digest


def _flushed_and_summed(file: IO[bytes]) -> str:
    if isinstance(file, io.BytesIO):  # read from an object store
        return hashlib.sha256(file.getbuffer()).hexdigest()
    file.seek(0)
    first = file.read(PIECE)
    if len(first) < PIECE:  # a thread to wait for the disk meanwhile would take longer
        os.fsync(file.fileno())
        return hashlib.sha256(first).hexdigest()
    parts = chain([first], iter(lambda: file.read(PIECE), b""))
    return summed_while_flushed(file, parts).hex()
