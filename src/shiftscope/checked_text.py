"""Text as every file and page can hold it."""

from __future__ import annotations

from shiftscope.errors import DataError


def checked_text(text: str, what: str) -> str:
    """The text itself; raises `DataError`, which says `what` it is, where it holds half a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        around = text[max(0, error.start - 40) : error.start + 10]
        raise DataError(
            f"{what} {around!r} holds half a character: no file or page can hold it. Decode it with the encoding "
            "it was written in."
        ) from error
    return text
