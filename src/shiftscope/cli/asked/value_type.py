"""What an option takes, and whether a value of a file is that."""

from __future__ import annotations

from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin


def takes(hint: Any, value: object) -> bool:
    """Whether a value read from TOML is one that an option of this type takes; one value where several may stand too.

    Whole numbers are numbers, and no text is: `"2"` is text.
    """
    hint = _without_none(hint)
    if get_origin(hint) is list:
        (one,) = get_args(hint)
        return all(takes(one, each) for each in value) if isinstance(value, list) else takes(one, value)
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if hint is bool or isinstance(value, bool):
        return hint is bool and isinstance(value, bool)
    if hint is float:
        return isinstance(value, int | float)
    return isinstance(value, str if hint is Path else hint)


def in_words(hint: Any) -> str:
    """What an option of this type takes, as in "limit takes a whole number"."""
    hint = _without_none(hint)
    if get_origin(hint) is list:
        return f"{in_words(*get_args(hint))} or a list of such"
    if get_origin(hint) is Literal:
        return f"one of {', '.join(map(repr, get_args(hint)))}"
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "text in quotes"}
    return words.get(hint, "a path in quotes")


def _without_none(hint: Any) -> Any:
    parts = [part for part in get_args(hint) if part is not NoneType]
    return parts[0] if NoneType in get_args(hint) else hint
