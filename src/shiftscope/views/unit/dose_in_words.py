"""Which way groups of sets move a unit, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shiftscope.views.parts.in_a_row import in_a_row

Band = tuple[float, float, float]  # a mean, and the lower and upper end of its band


@dataclass(frozen=True)
class Dose:
    """A unit's mean responses along the variable of a group."""

    name: str
    variable: str
    values: Sequence[str]  # (set,) from the smallest on
    means: Sequence[Band]  # (set,)

    def direction(self, usual: Band) -> int:
        """1 where the last band lies above the baseline's, -1 where it lies below, 0 where they meet."""
        _, low, high = self.means[-1]
        return int(low > usual[2]) - int(high < usual[1])

    @property
    def largest(self) -> int:
        """The place of the largest mean, the first of equal ones."""
        return max(range(len(self.means)), key=lambda place: self.means[place][0])


def dose_in_words(doses: Sequence[Dose], usual: Band) -> str:
    """ "a drives it up to severity 4; b and c quieten it": said only where the band at the end leaves the baseline's.

    Parameters
    ----------
    usual
        Mean and band in the baseline.
    """
    up = [dose for dose in doses if dose.direction(usual) > 0]
    down = [dose.name for dose in doses if dose.direction(usual) < 0]
    up.sort(key=lambda dose: -dose.means[dose.largest][0])
    told = []
    if up:
        first, *others = up
        to = first.values[first.largest]
        where = to if first.name == first.variable else f"{first.variable} {to}"
        told.append(f"{first.name} drives it up to {where}")
        if others:
            told.append(f"{in_a_row([dose.name for dose in others])} {_verb(others, 'drive')} it up less")
    if down:
        told.append(f"{in_a_row(down)} {_verb(down, 'quieten')} it")
    if not told:
        names = in_a_row([dose.name for dose in doses])
        return f"{names} {'moves' if len(doses) == 1 else 'move'} its mean no more than chance does"
    return "; ".join(told)


def _verb(of: Sequence[object], verb: str) -> str:
    return f"{verb}s" if len(of) == 1 else verb
