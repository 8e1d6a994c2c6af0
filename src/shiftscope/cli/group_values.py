"""The groups that a dataset belongs to, as they are typed."""

from __future__ import annotations

from collections.abc import Sequence

from shiftscope.errors import BadRequest


def group_values(typed: Sequence[str] | None) -> dict[str, str | float] | None:
    """Value by variable of `VARIABLE=VALUE`, cut at the first equals sign; numbers as such, None where none was given.

    Raises
    ------
    BadRequest
        A variable without an equals sign, or one that stands twice.
    """
    if typed is None:
        return None
    values: dict[str, str | float] = {}
    for text in typed:
        variable, equals, value = text.partition("=")
        if not (variable and equals):
            raise BadRequest(
                f"--groups {text!r}; give each as VARIABLE=VALUE, as corruption=noise severity=3."
            )
        if variable in values:
            raise BadRequest(f"--groups gives {variable!r} twice.")
        values[variable] = _number(value)
    return values


def _number(text: str) -> str | float:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
