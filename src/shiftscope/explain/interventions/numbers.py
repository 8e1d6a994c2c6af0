"""Units as a person writes them."""

from __future__ import annotations

from shiftscope.errors import BadRequest

MOST = 10_000  # units, and characters for each


def unit_numbers(text: str) -> list[int]:
    """From numbers with commas between; raises `BadRequest` for anything else."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > MOST or not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        raise BadRequest(f"units={text[:80]!r}; write numbers with commas between, as in 3, 17.")
    return list(map(int, parts))
