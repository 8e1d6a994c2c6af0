"""Units as a person writes them."""

from __future__ import annotations

import re

from shiftscope.errors import BadRequest

MOST = 10_000  # units
NUMBER = re.compile(r"-?[0-9]{1,9}")


def unit_numbers(text: str) -> list[int]:
    """From numbers with commas between, whichever they are; raises `BadRequest` for anything else."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > MOST or not all(NUMBER.fullmatch(part) for part in parts):
        raise BadRequest(f"units={text[:80]!r}; write numbers with commas between, as in 3, 17.")
    return list(map(int, parts))
