"""What is said of a dataset: a text, and the variables by which it is grouped with others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shiftscope.checked_text import short_text
from shiftscope.errors import BadRequest

LONGEST_ABOUT = 10_000  # characters
LONGEST_VARIABLE = 80
LONGEST_VALUE = 150
MOST_VARIABLES = 20

GroupValue = str | int | float


@dataclass(frozen=True)
class Description:
    """What a dataset is, for a person, and to which groups it belongs.

    Parameters
    ----------
    about
        Text; empty where nothing is said.
    groups
        Value by variable, as {"corruption": "noise", "severity": 3}: text names a group, a number orders its members.
    """

    about: str = ""
    groups: Mapping[str, GroupValue] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.about or self.groups)

    def changed(self, about: str | None = None, groups: Mapping[str, Any] | None = None) -> Description:
        """With another text or other values; what is None or not named stays, what is empty is removed.

        Raises
        ------
        BadRequest
            Something that is neither text nor a finite number, is too long, or holds control characters.
        """
        text = self.about if about is None else checked_about(about)
        if groups is not None and not isinstance(groups, Mapping):
            raise BadRequest(f"groups={groups!r}; they are values by variable, as {{'severity': 3}}.")
        given = {_variable(name): _value(name, value) for name, value in (groups or {}).items()}
        kept = {name: value for name, value in {**self.groups, **given}.items() if value != ""}
        if len(kept) > MOST_VARIABLES:
            raise BadRequest(f"{len(kept)} variables group one dataset; there are at most {MOST_VARIABLES}.")
        return Description(text, kept)

    def as_json(self) -> dict[str, Any]:
        told = {"about": self.about, "groups": dict(self.groups)}
        return {name: value for name, value in told.items() if value}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Description:
        """Raises `BadRequest`, KeyError or AttributeError for what is none."""
        return cls().changed(entry.get("about", ""), entry.get("groups", {}))


def checked_about(text: str) -> str:
    """Raises `BadRequest` for what is no text, too long, or holds control characters."""
    if not isinstance(text, str):
        raise BadRequest(f"about={text!r}; it is text.")
    return short_text(text.replace("\r\n", "\n").strip(), "a text about it", LONGEST_ABOUT)


def _variable(name: Any) -> str:
    if not isinstance(name, str) or not name.strip() or "=" in name:
        raise BadRequest(
            f"{name!r} cannot name a variable that groups datasets: it is text without an equals sign."
        )
    return short_text(" ".join(name.split()), "a variable that groups datasets", LONGEST_VARIABLE)


def _value(name: str, value: Any) -> GroupValue:
    """Empty where it is to be removed."""
    value = value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else value
    if isinstance(value, str):
        return short_text(" ".join(value.split()), f"the value of {name!r}", LONGEST_VALUE)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and _is_finite(value):
        return value
    raise BadRequest(f"{name}={value!r}; what groups datasets is text or a finite number.")


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an integer beyond every float
        return False
