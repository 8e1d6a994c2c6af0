"""What units add to one category's logit over another's, before and after, drawn from ring to dot."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import UnitArray
from shiftscope.percent import NOTHING
from shiftscope.statistics.ranked import ranked
from shiftscope.tuning.contributions import Argument, fell_silent, took_over
from shiftscope.tuning.set_means import Difference
from shiftscope.views.page.panels import Cell, Change, Column, Table
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.cells import strip_cell, strip_column
from shiftscope.views.parts.logits.vote_sentences import votes_changed, votes_share
from shiftscope.views.parts.number_text import count, signed_like

UNITS = 8
STRIP = 5
MANY_LOGITS = 10  # a change of as many needs one decimal

Interval = Callable[[Sequence[int]], Difference]  # of the changes of some units


@dataclass(frozen=True)
class Votes:
    """Contributions to the logit of `b` minus that of `a`: of what is compared with, and of what is explained."""

    a: str
    b: str
    before: Argument | None  # None where there is nothing to compare with
    after: Argument
    interval: Interval | None = None  # None of single samples

    @cached_property
    def change(self) -> UnitArray:
        """(unit,) what each unit adds to the change; to the logits where there is nothing to compare with."""
        return self.after.by_unit - self.before.by_unit if self.before else self.after.by_unit

    @property
    def difference(self) -> float:
        """That of the logits."""
        return self.after.difference - (self.before.difference if self.before else 0)

    @cached_property
    def units(self) -> list[int]:
        """Those that changed most, the largest change first."""
        order = ranked(np.abs(self.change))[:UNITS]
        return [int(unit) for unit in order if self.change[unit] != 0]

    @cached_property
    def sure(self) -> Difference | None:
        """The intervals of their changes; None where there are none."""
        return self.interval(self.units) if self.interval else None

    @property
    def share(self) -> float:
        """What these units make of the change; NaN where it does not go from `a` to `b`."""
        return self.share_of(float(self.change[self.units].sum()))

    def share_of(self, part: float) -> float:
        return part / self.difference if self.difference > 0 else math.nan

    def in_words(self) -> str:
        """How many of the units fell silent, how many took over."""
        if not self.before:
            return ""
        before, after = self.before.by_unit[self.units], self.after.by_unit[self.units]
        counts = (int(which(before, after).sum()) for which in (fell_silent, took_over))
        return votes_changed(self.a, self.b, len(self.units), *counts)


def votes_table(selection: Selection, votes: Votes, *, ways: tuple[str, str], note: str) -> Table:
    """A row for each of the units that changed most, one for all others, and one for their sum.

    Parameters
    ----------
    ways
        What the ring stands for, and what the dot does.
    note
        What was averaged over.
    """
    write, place = _written(votes.difference), _axis(votes)
    stripped = selection.pair
    rows = [_row(selection, votes, rank, ways, write, place, stripped) for rank in range(len(votes.units))]
    rest = len(votes.change) - len(votes.units)
    blank = [Cell() for _ in stripped]
    others = [
        float(each.difference - each.by_unit[votes.units].sum()) if each else math.nan
        for each in (votes.before, votes.after)
    ]
    every = [each.difference if each else math.nan for each in (votes.before, votes.after)]
    name = f"{count(rest)} {'other' if rest == 1 else 'others'}" if rest else "the rest"
    rows += [
        [
            Cell(name),
            Cell("with bias and rounding; folded below", value=_change(others)),
            *_numbers(votes, others, write),
            *blank,
        ],
        [
            Cell("all"),
            Cell(
                f"logit of {votes.b} − logit of {votes.a}: negative prefers {votes.a}, positive {votes.b}",
                value=_change(every),
            ),
            *_numbers(votes, every, write),
            *blank,
        ],
    ]
    columns = [
        Column("unit", help=f"Units of {selection.layer} that changed most, the largest change first."),
        Column(
            "argues for",
            ends=(f"← argues for {votes.a}", f"argues for {votes.b} →"),
            help=f"What each adds: its response times the difference of its weights into {votes.b} and into {votes.a}, "
            f"its part of logit {votes.b} minus logit {votes.a}. The ring: {ways[0]}. The dot: {ways[1]}. All rows, "
            "with bias and rounding, sum exactly.",
        ),
        Column("logits", help="What the unit adds, from ring to dot.", numeric=True),
        Column("share", help="Of the change, which is the last row's.", numeric=True),
        *map(strip_column, stripped),
    ]
    return Table(
        votes_share(votes.a, votes.b, len(votes.units), selection.layer, votes.share),
        columns,
        rows,
        note=note,
        chart="votes",
    )


def _row(
    selection: Selection,
    votes: Votes,
    rank: int,
    ways: tuple[str, str],
    write: Callable[[float], str],
    place: Callable[[float], float],
    stripped: Sequence[str],
) -> list[Cell]:
    """Of the unit of a rank among those that changed most."""
    unit = votes.units[rank]
    before = float(votes.before.by_unit[unit]) if votes.before else math.nan
    after = float(votes.after.by_unit[unit])
    low = high = math.nan
    said = ""
    if votes.sure:
        low, high = before + float(votes.sure.low[rank]), before + float(votes.sure.high[rank])
        said = f", 95 % {write(low)} to {write(high)}" if math.isfinite(low) else ""
    words = f"unit {unit}: {write(before)}, {ways[0]}; {write(after)}, {ways[1]}{said}"
    change = Change(place(before), place(after), place(low), place(high), zero=place(0))
    return [
        Cell(f"unit {unit}", selection.unit(unit)),
        Cell(words, change=change, value=float(votes.change[unit])),
        *_numbers(votes, [before, after], write),
        *(strip_cell(selection, name, unit, STRIP) for name in stripped),
    ]


def _change(parts: Sequence[float]) -> float:
    """Of what was before and is now; what is now where nothing was before."""
    before, after = parts
    return after if math.isnan(before) else after - before


def _numbers(votes: Votes, parts: Sequence[float], write: Callable[[float], str]) -> list[Cell]:
    before, after = parts
    share = votes.share_of(_change(parts))
    text = f"{write(before)} → {write(after)}" if votes.before else write(after)
    part = f"{100 * share:.0f} %".replace("-", "−") if math.isfinite(share) else NOTHING
    return [Cell(text, parts={"from": before, "to": after}), Cell(part, value=share)]


def _written(difference: float) -> Callable[[float], str]:
    """As many decimals as tell parts of the difference apart."""
    if abs(difference) < MANY_LOGITS:
        return signed_like(difference)

    def write(value: float) -> str:
        text = f"{value:+.1f}".replace("-", "−")
        return text if text.strip("+−0.") else "0.0"

    return write


def _axis(votes: Votes) -> Callable[[float], float]:
    """From logits to places on one axis for all rows, with its zero."""
    ends: list[npt.NDArray[np.float64]] = [np.zeros(1), votes.after.by_unit[votes.units]]
    if votes.before:
        ends.append(votes.before.by_unit[votes.units])
    values = np.concatenate(ends)
    least, most = float(values.min()), float(values.max())
    span = (most - least) or 1.0
    return lambda value: (value - least) / span
