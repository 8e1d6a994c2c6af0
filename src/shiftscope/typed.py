"""Whether a value is of the type that it should be of."""

from __future__ import annotations

import dataclasses
import math
import operator
from collections.abc import Mapping, Sequence
from functools import cache
from numbers import Real
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from shiftscope.errors import BadRequest

LARGEST_SEED = 2**63 - 2  # that every generator takes, and the one after it


def as_whole_number(given: Any) -> int | None:
    """An integer, NumPy's as well; None for anything else, a flag included."""
    try:
        return None if isinstance(given, bool) else operator.index(given)
    except TypeError:
        return None


def whole_number(name: str, given: Any, least: int = 0, most: int | None = None) -> int:
    """The integer that an option is; raises `BadRequest` for anything else, one below `least`, or one above `most`."""
    found = as_whole_number(given)
    if found is None or found < least:
        raise BadRequest(f"{name}={given!r}; it is a whole number of at least {least}.")
    if most is not None and found > most:
        raise BadRequest(f"{name}={given!r}; it is a whole number of at most {most}.")
    return found


def finite_number(name: str, given: Any, least: float = 0.0, most: float = math.inf) -> float:
    """The number that an option is; raises `BadRequest` for anything else, or one outside `least` to `most`."""
    is_number = isinstance(given, Real) and not isinstance(given, bool)
    if not (is_number and math.isfinite(given) and least <= given <= most):
        ends = [f"at least {least:g}"] * (least > -math.inf) + [f"at most {most:g}"] * (most < math.inf)
        raise BadRequest(f"{name}={given!r}; it is a finite number{' of ' * bool(ends)}{' and '.join(ends)}.")
    return float(given)


def ordered(limits: object) -> tuple[float, float]:
    """Both ends of a range; raises `BadRequest` where it is none."""
    try:
        low, high = (float(end) for end in limits)  # type: ignore[attr-defined]
        if -math.inf < low < high < math.inf:
            return low, high
    except (TypeError, ValueError):
        pass
    raise BadRequest(f"range={limits!r}; give its lower and its upper end, as range=(0, 1).")


def check_choice(option: str, given: Any, choices: Any) -> None:
    """Raise `BadRequest` where `given` is none of a `Literal`'s values."""
    if given not in get_args(choices):
        raise BadRequest(f"{option}={given!r}; it can be {' or '.join(map(repr, get_args(choices)))}.")


def check_types(made: Any) -> None:
    """Raise ValueError naming the first field of a dataclass whose value is of another type than it says.

    Values within containers count as well. A float may be written as an integer; a flag is no number.
    """
    for name, kind in _hints(type(made)).items():  # type: ignore[arg-type]  # mypy thinks that classes have no hash
        if not _fits(getattr(made, name), kind):
            raise ValueError(f"{name} is {str(getattr(made, name))[:80]!r}")


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _fits(value: Any, kind: Any) -> bool:
    if kind is Any:
        return True
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return isinstance(value, str) and value in inner
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in inner)
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(
            _fits(key, inner[0]) and _fits(held, inner[1]) for key, held in value.items()
        )
    if origin is not None and issubclass(origin, Sequence):
        return isinstance(value, (list, tuple)) and all(_fits(held, inner[0]) for held in value)
    if kind is float:
        return type(value) in (int, float)
    return type(value) is kind if kind in (bool, int, str, type(None)) else isinstance(value, kind)
