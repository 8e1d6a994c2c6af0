"""What a command is to write, checked before it computes anything."""

from __future__ import annotations

from pathlib import Path

from shiftscope.errors import BadRequest
from shiftscope.store.disk.asked_file import refuse_unwritable


def checked_csv(csv: str | None, *, as_json: bool = False) -> None:
    """Refuse a CSV file that cannot be written, or one beside JSON; "-" is standard output."""
    if csv and as_json:
        raise BadRequest("--csv and --json; choose one.")
    if csv and csv != "-":
        refuse_unwritable(Path(csv))
