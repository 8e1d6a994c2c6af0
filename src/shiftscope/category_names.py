"""Names of categories as they can be stored, drawn and searched for."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.errors import DataError

LONGEST = 1000  # characters; pages hold hundreds of names


def checked_categories(names: Sequence[str]) -> tuple[str, ...]:
    """The names as a tuple of text; two categories may share a name, as two cranes do in ImageNet.

    Raises
    ------
    DataError
        Something else than text, text that is too long, or that UTF-8 cannot hold.
    """
    if not all(isinstance(name, str) for name in names):
        raise DataError(f"categories={names!r}; it takes a list of names in label order.")
    for place, name in enumerate(names):
        if len(name) > LONGEST:
            raise DataError(
                f"category {place} has a name of {len(name):,} characters, and {LONGEST:,} are the most; it begins "
                f"{name[:40]!r}. Shorten it."
            )
        try:
            name.encode()
        except UnicodeEncodeError as error:
            raise DataError(
                f"category {place} is named {name!r}, which holds half a character: no file or page can hold it. "
                "Decode the name with the encoding it was written in."
            ) from error
    return tuple(str(name) for name in names)
