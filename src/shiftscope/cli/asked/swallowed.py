"""What was to be the study and went to an option of several values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclopts import Argument, CycloptsError


def swallowed(error: CycloptsError, arguments: Iterable[Argument], words: Sequence[str]) -> str:
    """The message where an argument without a name is missing and an option has taken all the words behind it.

    Parameters
    ----------
    error
        What the command line was refused for.
    arguments
        Of the command.
    words
        As they were typed, behind the command.

    Returns
    -------
    str
        Empty for any other mistake.
    """
    from cyclopts import MissingArgumentError

    missing = error.argument
    if not isinstance(error, MissingArgumentError) or missing is None or missing.name.startswith("-"):
        return ""
    taken = _taken(arguments, words)
    if not taken:
        return ""
    told = "; ".join(f"{name} took {' '.join(values)}" for name, values in taken.items())
    return (
        f"{missing.name} was not given. {told}: such an option takes every word up to the next option. "
        f"Write {missing.name} first, before the options."
    )


def _taken(arguments: Iterable[Argument], words: Sequence[str]) -> dict[str, list[str]]:
    """The values of each option that takes several."""
    several = {name: each.name for each in arguments if each.token_count()[1] for name in each.names}
    taken: dict[str, list[str]] = {}
    option = ""
    for word in words:
        name, equals, value = word.partition("=")
        if name.startswith("-") and not _number(name):
            option = several.get(name, "")
            words_here = [value] if equals else []
        else:
            words_here = [word]
        if option and words_here:
            taken.setdefault(option, []).extend(words_here)
    return taken


def _number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
