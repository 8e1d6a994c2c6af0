"""Text as every file and page can hold it."""

from __future__ import annotations

import unicodedata

from shiftscope.errors import BadRequest, DataError


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


def short_text(text: str, what: str, longest: int) -> str:
    """The text itself; raises `BadRequest` where it is longer than `longest` characters or holds control characters."""
    if len(text) > longest:
        raise BadRequest(f"{what} has at most {longest:,} characters, and this one has {len(text):,}.")
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
            raise BadRequest(f"{what} cannot hold the control character {character!r}; leave it out.")
    return text
