"""Conditions that choose units, as a person writes them.

Conditions stand between commas, and a unit passes when all hold:

    novelty > 0.2               also <, >= and <=; 20 % is 0.2
    novelty from 0.2 to 0.5     both ends belong to it
    shift_auroc outside 0.4 to 0.6
    shift_auroc.q < 0.05        the false discovery share of the score's test
    spurious.low > 0.5          an end of the score's interval; the other one is .high
    spurious.floor < 0.1        what sampling alone makes of the score
    tag:colour                  the unit has this tag
    label:stripes               the unit's label holds this text, in any case

A number that a unit does not have passes no condition.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest
from shiftscope.store.notes import UnitNote
from shiftscope.views.parts.unit_numbers import UnitNumbers
from shiftscope.views.parts.unit_scores import name_of

Passing = npt.NDArray[np.bool_]  # (unit,)
GRAMMAR = (
    "Conditions between commas, all of which must hold: a score or unit with <, <=, >, >= and a number; "
    "“novelty from 0.2 to 0.5”; “shift_auroc outside 0.4 to 0.6”; “shift_auroc.q < 0.05”; “spurious.low > 0.5” for "
    "an end of its interval; “spurious.floor < 0.1” for what sampling alone makes of it; “tag:colour”; "
    "“label:stripes”. What a unit does not have passes nothing."
)

_NUMBER = r"([-+−]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?) ?(%?)"
_NAME = r"(\w+(?:[ .]\w+)*?)"
_COMPARISON = re.compile(rf"{_NAME} ?(<=|>=|<|>) ?{_NUMBER}", re.IGNORECASE)
_RANGE = re.compile(rf"{_NAME} (from|outside) {_NUMBER} to {_NUMBER}", re.IGNORECASE)
_WORD = re.compile(r"(tag|label) ?: ?(.+)", re.IGNORECASE)
_OPERATORS: Mapping[str, Callable[..., Passing]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Condition:
    """One condition: its text, the number it asks about (none for a word), and which units pass it."""

    text: str
    name: str
    passing: Callable[[UnitNumbers, Mapping[int, UnitNote]], Passing]


def conditions(where: str) -> list[Condition]:
    """What `where` asks for.

    Raises
    ------
    BadRequest
        A condition that cannot be read.
    """
    return [_condition(text) for part in where.split(",") if (text := " ".join(part.split()))]


def passing(asked: Sequence[Condition], numbers: UnitNumbers, notes: Mapping[int, UnitNote]) -> Passing:
    """(unit,) whether every condition holds.

    Raises
    ------
    BadRequest
        A condition asks for a number that units do not have.
    """
    every = np.ones(numbers.units, bool)
    for condition in asked:
        every &= condition.passing(numbers, notes)
    return every


def with_rectangle(asked: Sequence[Condition], x: str, y: str) -> str:
    """The conditions with ranges of `x` and `y` in place of those there are, their ends left to be filled in."""
    kept = [c.text for c in asked if c.name not in (x, y) or not _RANGE.fullmatch(c.text)]
    return ", ".join([*kept, f"{x} from {{x0}} to {{x1}}", f"{y} from {{y0}} to {{y1}}"])


def without_rectangle(asked: Sequence[Condition], x: str, y: str) -> str | None:
    """The conditions without ranges of `x` and `y`; None where there are none to leave out."""
    kept = [c.text for c in asked if c.name not in (x, y) or not _RANGE.fullmatch(c.text)]
    return ", ".join(kept) if len(kept) < len(asked) else None


def _condition(text: str) -> Condition:
    if match := _WORD.fullmatch(text):
        kind, word = match[1].casefold(), match[2].casefold()
        return Condition(text, "", lambda numbers, notes: _noted(kind, word, numbers.units, notes))
    if match := _COMPARISON.fullmatch(text):
        name, holds, limit = name_of(match[1]), _OPERATORS[match[2]], _number(match[3], match[4])
        return Condition(text, name, lambda numbers, notes: holds(numbers.values(name), limit))
    if match := _RANGE.fullmatch(text):
        name, low, high = name_of(match[1]), _number(match[3], match[4]), _number(match[5], match[6])
        inside = match[2].casefold() == "from"
        return Condition(text, name, lambda numbers, notes: _within(numbers.values(name), low, high, inside))
    raise BadRequest(f"{text!r} is no condition. {GRAMMAR}")


def _within(values: npt.NDArray[np.float64], low: float, high: float, inside: bool) -> Passing:
    return (values >= low) & (values <= high) if inside else (values < low) | (values > high)


def _noted(kind: str, word: str, units: int, notes: Mapping[int, UnitNote]) -> Passing:
    chosen = np.zeros(units, bool)
    for unit, note in notes.items():
        tagged = any(tag.casefold() == word for tag in note.tags)
        chosen[unit] = tagged if kind == "tag" else word in note.label.casefold()
    return chosen


def _number(digits: str, per_cent: str) -> float:
    return float(digits.replace("−", "-")) / (100 if per_cent else 1)
