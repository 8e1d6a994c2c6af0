"""Options of several values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclopts import ArgumentCollection


def values_given(arguments: ArgumentCollection) -> None:
    """Refuse an option of several values that was typed with none, which would otherwise mean none or all of them.

    Raises
    ------
    CycloptsError
        Naming the option.
    """
    from cyclopts import CycloptsError

    for argument in arguments:
        if any(token.implicit_value == [] for token in argument.tokens):
            raise CycloptsError(
                msg=f"{argument.name} has no value behind it; give one or several, or leave it out."
            )
