"""Which way groups of sets move a unit, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shiftscope.views.parts.in_a_row import in_a_row

Band = tuple[float, float, float]  # a mean, and the lower and upper end of its band
DOSE_RULE = (
    "A strength moves the mean where Welch's test of its mean against the baseline's holds with 5 % false discoveries "
    "among all strengths shown here."
)


@dataclass(frozen=True)
class Dose:
    """A unit's mean responses along the variable of a group."""

    name: str
    variable: str
    values: Sequence[str]  # (set,) from the smallest on
    means: Sequence[Band]  # (set,)
    ways: Sequence[
        int
    ]  # (set,) 1 where the mean is surely above the baseline's, -1 where below, 0 where neither

    @property
    def highest(self) -> int | None:
        """The place of the largest of the means that are surely above the baseline's, the first of equal ones."""
        return max(self._going(1), key=lambda place: self.means[place][0], default=None)

    @property
    def lowest(self) -> int | None:
        """The place of the smallest of the means that are surely below it."""
        return min(self._going(-1), key=lambda place: self.means[place][0], default=None)

    def _going(self, way: int) -> list[int]:
        return [place for place, each in enumerate(self.ways) if each == way]

    def at(self, place: int) -> str:
        """A value with its variable, which a group that is called as it is does not say twice."""
        return self.values[place] if self.name == self.variable else f"{self.variable} {self.values[place]}"


def dose_in_words(doses: Sequence[Dose]) -> str:
    """ "a drives it up to severity 4; b and c quieten it, most at 3 and 5; d quietens it at severity 1 and drives it
    up at 5": each way only where some strength surely goes it, and where it goes farthest."""
    both = [dose for dose in doses if dose.highest is not None and dose.lowest is not None]
    up = [dose for dose in doses if dose.highest is not None and dose.lowest is None]
    down = [dose for dose in doses if dose.highest is None and dose.lowest is not None]
    up.sort(key=lambda dose: -dose.means[dose.highest or 0][0])
    told = []
    if up:
        first, *others = up
        told.append(f"{first.name} drives it up to {first.at(first.highest or 0)}")
        if others:
            told.append(f"{in_a_row([dose.name for dose in others])} {_verb(others, 'drive')} it up less")
    if down:
        names = in_a_row([dose.name for dose in down])
        told.append(f"{names} {_verb(down, 'quieten')} it, most at {_lowest(down)}")
    told += [_both_ways(dose) for dose in both]
    if not told:
        names = in_a_row([dose.name for dose in doses])
        return f"{names} {'moves' if len(doses) == 1 else 'move'} its mean no more than chance does, at any strength"
    return "; ".join(told)


def _lowest(doses: Sequence[Dose]) -> str:
    """Where each quietens it most, the variable once."""
    first, *others = doses
    return in_a_row(
        [first.at(first.lowest or 0), *(dose.values[dose.lowest or 0] for dose in others)], len(doses)
    )


def _both_ways(dose: Dose) -> str:
    """A group that drives it up at some strengths and quietens it at others, in their order."""
    ways = sorted([(dose.highest or 0, "drives it up"), (dose.lowest or 0, "quietens it")])
    (first, one), (last, other) = ways
    return f"{dose.name} {one} at {dose.at(first)} and {other} at {dose.values[last]}"


def _verb(of: Sequence[object], verb: str) -> str:
    return f"{verb}s" if len(of) == 1 else verb
