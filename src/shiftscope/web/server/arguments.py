"""From the text of an address to the typed arguments of a view."""

from __future__ import annotations

import inspect
import math
import re
import types
from collections.abc import Callable, Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from starlette.convertors import Convertor, register_url_convertor  # codespell:ignore
from starlette.datastructures import QueryParams

from shiftscope.errors import BadRequest
from shiftscope.views.page.selection import EARLIER_NAMES

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")  # longer ones overflow an array index
_POSITION = re.compile(r"[0-9]{1,18}")
MOST_POSITIONS = 500  # as many as pictures.js asks for at once; their pictures are in memory together
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class _Position(Convertor[int]):  # codespell:ignore
    """A whole number short enough to be an array index; Starlette's own accepts what `int()` refuses."""

    regex = _POSITION.pattern

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("position", _Position())


def pattern(address: str, draw: Callable[..., object]) -> str:
    """The route of a view: its address with a converter for each name in braces, from the type hints.

    Names may contain slashes, as those of derived layers do.
    """
    hints = get_type_hints(draw)

    def typed(match: re.Match[str]) -> str:
        name = match[1]
        return f"{{{name}:{'position' if hints[name] is int else 'path'}}}"

    return "/" + re.sub(r"{(\w+)}", typed, address.lstrip("/"))


def options(draw: Callable[..., object]) -> Mapping[str, Any]:
    """Names and types of the keyword-only arguments, which come from the query."""
    hints = get_type_hints(draw)
    return {
        name: hints[name]
        for name, parameter in inspect.signature(draw).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }


def chosen(query: QueryParams, kinds: Mapping[str, Any]) -> dict[str, Any]:
    """The options that an address sets, converted; others keep their defaults, empty ones too. One that may be set
    several times, and is, is a list.

    Raises
    ------
    BadRequest
        An option is given twice, or cannot be read as its type.
    """
    given = {}
    for name, kind in kinds.items():
        texts = query.getlist(name) or query.getlist(EARLIER_NAMES.get(name, name))
        if len(texts) > 1 and several(kind):
            given[name] = [text for text in texts if text]
            continue
        if len(texts) > 1:
            raise BadRequest(f"the address sets {name!r} {len(texts)} times; once is enough.")
        if texts and texts[0]:
            given[name] = _converted(name, texts[0], kind)
    return given


def several(kind: Any) -> bool:
    """Whether a field of this type may be sent more than once."""
    return any(get_origin(one) is list for one in (kind, *get_args(kind)))


def positions(text: str) -> list[int]:
    """Places of samples with commas between.

    Raises
    ------
    BadRequest
        There is none, more than MOST_POSITIONS, or something else between the commas.
    """
    parts = text.split(",")
    if len(parts) > MOST_POSITIONS:
        raise BadRequest(f"{len(parts)} samples at once; ask for at most {MOST_POSITIONS}.")
    if not all(map(_POSITION.fullmatch, parts)):
        raise BadRequest(
            f"{text[:40]!r} names no samples; write their numbers with commas between, as in 3,17."
        )
    return list(map(int, parts))


def _converted(name: str, text: str, kind: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        kinds = [one for one in get_args(kind) if one is not types.NoneType]
        kind = str if str in kinds else kinds[0]  # what may be a name is read by the page
    if get_origin(kind) is Literal:
        for choice in get_args(kind):
            if text == str(choice):
                return choice
        raise BadRequest(f"{name!r} is {text!r}; it can be {', '.join(map(repr, get_args(kind)))}.")
    if kind is str:
        return text
    if kind is int and _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    if kind is bool and text.casefold() in _TRUTH:
        return _TRUTH[text.casefold()]
    if kind is float and (number := _finite(text)) is not None:
        return number
    expected = {int: "a whole number", float: "a number", bool: "true or false"}[kind]
    raise BadRequest(f"{name!r} is {text!r}; it must be {expected}.")


def _finite(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
