"""Options that are whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

if TYPE_CHECKING:
    from cyclopts import ArgumentCollection


def whole_numbers(arguments: ArgumentCollection) -> None:
    """Refuse a fraction where a whole number is asked, which the parser would round.

    Raises
    ------
    CycloptsError
        Naming the option and what was typed.
    """
    from cyclopts import CycloptsError

    for argument in arguments:
        if _whole(argument.hint):
            for token in argument.tokens:
                if _is_fraction(token.value):
                    raise CycloptsError(msg=f"{argument.name} is a whole number, not {token.value}.")


def _whole(hint: object) -> bool:
    """Whether a type is int, or made of int, flags and None: `int | None`, `int | bool`, `list[int]`."""
    parts = [part for part in get_args(hint) if part not in (type(None), bool)]
    return all(map(_whole, parts)) if parts else hint is int


def _is_fraction(typed: str) -> bool:
    """Whether it reads as a number that is not whole; of words that are no number the parser tells."""
    try:
        return not float(typed).is_integer()
    except ValueError:
        return False
