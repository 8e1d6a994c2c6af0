"""What a command is to write, checked before it computes anything."""

from __future__ import annotations

from pathlib import Path

from shiftscope.errors import BadRequest


def checked_csv(csv: str | None, *, as_json: bool = False) -> None:
    """Refuse a CSV file that cannot be written, or one beside JSON; "-" is standard output."""
    if csv and as_json:
        raise BadRequest("--csv and --json; choose one.")
    if csv and csv != "-":
        checked_file(Path(csv))


def checked_file(path: Path) -> None:
    """Refuse a file whose folder is missing."""
    if not path.parent.is_dir():
        raise BadRequest(f"cannot write {str(path)!r}: there is no folder {str(path.parent)!r}.")
    if path.is_dir():
        raise BadRequest(f"cannot write {str(path)!r}: it is a folder.")
