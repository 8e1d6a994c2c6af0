"""Names within the limits of another tool."""

from __future__ import annotations

from collections.abc import Sequence


def shortened(names: Sequence[str], limit: int, what: str, notes: list[str]) -> list[str]:
    """The names, each of at most `limit` characters and none twice; a change is told in `notes`.

    A name that has to give way is cut and numbered: "~2" is the second that begins so.
    """
    written: list[str] = []
    fitting = {name.casefold() for name in names if len(name) <= limit}
    for name in names:
        taken = {other.casefold() for other in written} | (fitting if len(name) > limit else set())
        short, number = name[:limit], 1
        while short.casefold() in taken:
            number += 1
            short = name[: limit - len(f"~{number}")] + f"~{number}"
        if short != name:
            notes.append(
                f"{what} {name!r} is written as {short!r}: Deephys takes {limit} characters, and no name twice."
            )
        written.append(short)
    return written
