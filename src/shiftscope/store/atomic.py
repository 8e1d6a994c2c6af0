"""Files that are whole or not there: written aside, flushed to the disk, renamed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from shiftscope.errors import StudyDamaged


@contextmanager
def written_aside(path: Path) -> Iterator[IO[bytes]]:
    """An open file that takes its name only when everything was written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with aside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def write_json(path: Path, content: Any) -> None:
    with written_aside(path) as file:
        file.write(json.dumps(content, indent=2, ensure_ascii=False).encode())


def read_json(path: Path, what: str) -> dict[str, Any]:
    """An object from a JSON file of ours; `StudyDamaged` names `what` it should have been."""
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise StudyDamaged(f"{path} is missing: it should hold {what}.") from None
    except (ValueError, OSError, RecursionError) as error:
        raise StudyDamaged(f"{path} cannot be read as {what}: {error}.") from error
    if not isinstance(content, dict):
        raise StudyDamaged(f"{path} should hold {what}, a JSON object, and holds {type(content).__name__}.")
    return content


def remove_folder(path: Path) -> None:
    """Take a folder out of sight at once, then delete it."""
    if path.exists():
        aside = path.with_name(f".{path.name}.{os.getpid()}.gone")
        path.replace(aside)
        shutil.rmtree(aside)
