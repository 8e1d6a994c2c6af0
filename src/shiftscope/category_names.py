"""Names of categories as they can be stored, drawn and searched for."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from shiftscope.checked_text import checked_text
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
        checked_text(name, f"the name of category {place},")
    return tuple(str(name) for name in names)


def alike(name: str) -> str:
    """The same text for names that differ only in case, blanks, zeros before a number, or how Unicode spells them."""
    plain = " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())
    return plain.lstrip("0") or "0" if plain.isdecimal() else plain


def in_order(names: Sequence[str]) -> str:
    """Names with their places, as text for a person; of many the first and the last."""
    some = [f"{place} {name!r}" for place, name in enumerate(names)]
    return ", ".join(some if len(some) <= 12 else [*some[:10], "...", some[-1]])


def once(names: Sequence[str]) -> dict[str, int]:
    """Place by name, of names that only one category has."""
    times = Counter(names)
    return {name: place for place, name in enumerate(names) if times[name] == 1}
