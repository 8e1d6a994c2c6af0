"""Conditions that choose units, as a person writes them.

    novelty > 0.2               also <, >= and <=; 20 % is 0.2
    novelty from 0.2 to 0.5     both ends belong to it
    shift_auroc outside 0.4 to 0.6
    shift_auroc.q < 0.05        the false discovery share of the score's test
    spurious.low > 0.5          an end of the score's interval; the other one is .high
    spurious.floor < 0.1        what sampling alone makes of the score
    tag:colour                  the unit has this tag
    label:stripes               the unit's label holds this text, in any case
    label:"red or green"        in quotes, where the text has a comma, a parenthesis, and, or, not

They are joined by `not`, `and`, `or`, which bind in this order, and by parentheses. A comma is an `and` that binds
last: `tag:a or tag:b, novelty > 0.2` is `(tag:a or tag:b) and novelty > 0.2`.

A number that a unit does not have passes no condition, and so passes the `not` of one.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest, closest
from shiftscope.scores.score import unit_scores
from shiftscope.store.notes import UnitNote
from shiftscope.views.parts.units.unit_numbers import FIRES, MAXIMUM, UNIT, UnitNumbers
from shiftscope.views.parts.units.unit_scores import name_of

Passing = npt.NDArray[np.bool_]  # (unit,)
Test = Callable[[UnitNumbers, Mapping[int, UnitNote]], Passing]
GRAMMAR = (
    "A condition is a score or unit with <, <=, >, >= and a number; “novelty from 0.2 to 0.5”; “shift_auroc outside "
    "0.4 to 0.6”; “shift_auroc.q < 0.05”; “spurious.low > 0.5” for an end of its interval; “spurious.floor < 0.1” for "
    "what sampling alone makes of it; “tag:colour”; “label:stripes”. Join them with and, or, not and parentheses; a "
    "comma is an and, and text with one of these in it stands in quotes. A unit without the number passes no condition."
)
DEEPEST = 50  # parentheses and nots within each other

_JOINS = r"(?:and|or|not)\b"
_NUMBER = r"([-+−]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?![\w.]) ?(%?)"
_NAME = rf"((?!{_JOINS})\w+(?:[ .](?!{_JOINS})\w+)*?)"
_COMPARISON = re.compile(rf"{_NAME} ?(<=|>=|<|>) ?{_NUMBER}", re.IGNORECASE)
_RANGE = re.compile(rf"{_NAME} (from|outside) {_NUMBER} to {_NUMBER}", re.IGNORECASE)
_NOTED = re.compile(r"(tag|label) ?: ?(?:\"([^\"]+)\"|([^\s,()\"]+))", re.IGNORECASE)
_MORE = re.compile(rf" (?!{_JOINS})[^\s,()\"]+", re.IGNORECASE)  # a further word of a label without quotes
_JOIN = re.compile(_JOINS, re.IGNORECASE)
_END = re.compile(rf"[,()]|\b{_JOINS}", re.IGNORECASE)  # of what cannot be read
_OPERATORS: Mapping[str, Callable[..., Passing]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Condition:
    """What stands between two commas: its text, which units pass, and the number that a single range is of."""

    text: str
    passing: Test
    range_of: str = ""


def conditions(where: str) -> list[Condition]:
    """What `where` asks for, a condition for each part between commas.

    Raises
    ------
    BadRequest
        A part that cannot be read.
    """
    reader = _Reader(" ".join(where.split()))
    found = []
    while not reader.ended():
        if not reader.take(","):
            found.append(reader.part())
    return found


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
    stay = [c.text for c in asked if c.range_of not in (x, y)]
    return ", ".join([*stay, f"{x} from {{x0}} to {{x1}}", f"{y} from {{y0}} to {{y1}}"])


def without_rectangle(asked: Sequence[Condition], x: str, y: str) -> str | None:
    """The conditions without ranges of `x` and `y`; None where there are none to leave out."""
    stay = [c.text for c in asked if c.range_of not in (x, y)]
    return ", ".join(stay) if len(stay) < len(asked) else None


class _Reader:
    """Reads a text with single blanks from the left, an expression at a time."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.depth = 0

    def ended(self) -> bool:
        self._skip_blank()
        return self.place == len(self.text)

    def take(self, mark: str) -> bool:
        """Whether `mark` stands here; if so it is passed."""
        self._skip_blank()
        there = self.text.startswith(mark, self.place)
        self.place += len(mark) * there
        return there

    def part(self) -> Condition:
        """Up to the next comma."""
        self._skip_blank()
        start = self.place
        test = self._any()
        if not self.ended() and self.text[self.place] != ",":
            raise self._unreadable(start)
        text = self.text[start : self.place].strip()
        single = _RANGE.fullmatch(text)
        return Condition(text, test, name_of(single[1]) if single else "")

    def _any(self) -> Test:
        tests = [self._all()]
        while self._take_join("or"):
            tests.append(self._all())
        return _joined(np.logical_or, tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._take_join("and"):
            tests.append(self._one())
        return _joined(np.logical_and, tests)

    def _one(self) -> Test:
        if self._take_join("not"):
            with self._deeper():
                test = self._one()
            return lambda numbers, notes: ~test(numbers, notes)
        if self.take("("):
            with self._deeper():
                return self._parenthesis()
        return self._condition()

    def _parenthesis(self) -> Test:
        """What follows a parenthesis, with the one that closes it."""
        opened = self.place - 1
        tests = [self._any()]
        while self.take(","):
            tests.append(self._any())
        if self.take(")"):
            return _joined(np.logical_and, tests)
        if self.ended():
            raise BadRequest(
                f"{self.text[opened:][:80]!r} opens a parenthesis that nothing closes. {GRAMMAR}"
            )
        raise self._unreadable(opened + 1)

    def _condition(self) -> Test:
        self._skip_blank()
        start = self.place
        if match := self._match(_NOTED):
            kind, quoted = match[1].casefold(), match[2] is not None
            while not quoted and self._match(_MORE):
                pass
            word = match[2] if quoted else self.text[match.start(3) : self.place]
            return lambda numbers, notes: _noted(kind, word.casefold(), numbers.units, notes)
        if match := self._match(_COMPARISON):
            name, holds, limit = name_of(match[1]), _OPERATORS[match[2]], _number(match[3], match[4])
            return lambda numbers, notes: holds(numbers.values(name), limit)
        if match := self._match(_RANGE):
            name, low, high = name_of(match[1]), _number(match[3], match[4]), _number(match[5], match[6])
            inside = match[2].casefold() == "from"
            return lambda numbers, notes: _within(numbers.values(name), low, high, inside)
        raise self._unreadable(start)

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.place)
        self.place = match.end() if match else self.place
        return match

    def _take_join(self, join: str) -> bool:
        self._skip_blank()
        match = _JOIN.match(self.text, self.place)
        return match is not None and match[0].casefold() == join and self.take(match[0])

    def _skip_blank(self) -> None:
        self.place += self.text.startswith(" ", self.place)

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadRequest(f"more than {DEEPEST} parentheses and nots within each other; write fewer.")
        yield
        self.depth -= 1

    def _unreadable(self, start: int) -> BadRequest:
        """Names what begins at `start`, up to the next comma, parenthesis or join."""
        if self.text.startswith(")", self.place) and self.place > start:
            return BadRequest(
                f"{self.text[: self.place + 1][-80:]!r} closes a parenthesis that nothing opens."
            )
        end = _END.search(self.text, self.place + 1 if self.place > start else start)
        text = self.text[start : end.start() if end else None].strip()
        if not text:
            around = self.text[max(0, start - 40) : start + 40].strip()
            return BadRequest(f"a condition is missing in {around!r}. {GRAMMAR}")
        return BadRequest(f"{text!r} is no condition{_alike(text)}. {GRAMMAR}")


def _alike(text: str) -> str:
    """Names like the first word, where that is none."""
    names = [*unit_scores, UNIT, MAXIMUM, FIRES, "tag", "label"]
    word = name_of(re.split(r"[^\w ]", text, maxsplit=1)[0])
    return "" if not word or word in names or len(word) > 40 else f"; closest: {closest(word, names)}"


def _joined(join: Callable[..., Passing], tests: Sequence[Test]) -> Test:
    return lambda numbers, notes: join.reduce([test(numbers, notes) for test in tests])  # type: ignore[attr-defined]


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
