"""How unlike two pictures are to the layer before their unit, beside what chance makes of two pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shiftscope.statistics.spearman import spearman

if TYPE_CHECKING:
    from shiftscope.explain.visualisation.visualised import Visualised


@dataclass(frozen=True)
class PairDistance:
    """1 less Spearman's correlation of the layer's activations: 0 for pictures that are one to it.

    Of sets that are drawn from one population, as the halves are, the pair is as likely to be the farthest apart as
    each of the others is, about once in one more than there are divisions; less often where halves have fewer samples
    than the sets, or the shifted set has the images of the reference.
    """

    pair: float  # NaN where nothing is kept of a picture
    halves: tuple[float, ...]  # (division,) of two pictures of two random halves of the reference
    at: str = ""  # the layer
    # (division,) whether a picture did not come to the level that it was to stop at; empty where there was none. Such a
    # one has to be exceeded as the others, and does not count in how rare that is.
    missed: tuple[bool, ...] = ()

    @property
    def known(self) -> bool:
        return not math.isnan(self.pair) and self.counted > 0

    @property
    def counted(self) -> int:
        """Divisions that are known and come to the level."""
        missed = self.missed or (False,) * len(self.halves)
        return sum(not out and not math.isnan(each) for each, out in zip(self.halves, missed, strict=True))

    @property
    def known_halves(self) -> list[float]:
        return [each for each in self.halves if not math.isnan(each)]

    @property
    def apart(self) -> bool:
        """Whether the pictures differ by more than those of two halves do in each division."""
        return self.known and self.pair > max(self.known_halves)

    @property
    def farthest(self) -> int:
        """Place of the division whose pictures are the farthest apart; the first where none is known."""
        known = [place for place, each in enumerate(self.halves) if not math.isnan(each)]
        return max(known, key=self.halves.__getitem__, default=0)

    @property
    def by_chance(self) -> float:
        """How often a pair is so without a shift."""
        return 1 / (self.counted + 1)

    def verdict(self, reference: str = "the reference") -> str:
        """Behind "the two pictures", whether they are apart; only where that is known."""
        divisions = len(self.known_halves)
        more = f"differ {'more' if self.apart else 'no more'} than two halves of {reference} do"
        if divisions == 1:
            return more
        if self.apart:
            return f"{more} in each of {divisions} divisions"
        return f"{more} in {sum(each >= self.pair for each in self.known_halves)} of {divisions} divisions"

    def in_words(
        self, reference: str = "the reference", *, number: Callable[[float], str] = "{:.2g}".format
    ) -> str:
        """What is found, what it means and the distances, as `number` writes them."""
        there = f" in {self.at}" if self.at else ""
        if not self.known:
            return f"how far apart the two pictures are{there} is not known{self._missed_in_words()}"
        means = (
            f"as without a shift about 1 pair in {self.counted + 1} would"
            if self.apart
            else "so that what differs between them says nothing of the shift"
        )
        *first, last = map(number, self.known_halves)
        halves = f"{', '.join(first)} and {last}" if first else last
        return (
            f"the two pictures {self.verdict(reference)}, {means}: they are {number(self.pair)} apart{there}, those of "
            f"the halves {halves}{self._missed_in_words()}"
        )

    def _missed_in_words(self) -> str:
        if not any(self.missed):
            return ""
        uncounted = ", and such a division does not count in how rare that is" if self.apart else ""
        divisions = f"{sum(self.missed)} of {len(self.missed)} divisions"
        return f"; in {divisions} a picture does not drive the unit as strongly as these{uncounted}"

    def sentence(
        self, reference: str = "the reference", *, number: Callable[[float], str] = "{:.2g}".format
    ) -> str:
        """The same alone."""
        said = self.in_words(reference, number=number)
        return f"{said[0].upper()}{said[1:]}."

    def numbers(self) -> dict[str, Any]:
        """As JSON has them, null for what is not known."""
        return {
            "distance": _or_none(self.pair),
            "distance_of_halves": [_or_none(each) for each in self.halves],
            "further_apart": self.apart if self.known else None,
            "further_apart_by_chance": self.by_chance if self.known else None,
            **({"level_missed_by_halves": list(self.missed)} if self.missed else {}),
        }


def pair_distance(
    pair: tuple[Visualised, Visualised], halves: Sequence[tuple[Visualised, Visualised]]
) -> PairDistance:
    """Of a pair of pictures, and of one from two halves of the reference for each division."""
    courses = [[each.course for each in both if each.course and each.course.asked] for both in halves]
    missed = tuple(not all(each.met for each in both) for both in courses) if any(courses) else ()
    return PairDistance(distance(*pair), tuple(distance(*each) for each in halves), pair[0].at, missed)


def distance(one: Visualised, other: Visualised) -> float:
    """1 less the rank correlation of what the layer before gives for both; NaN where one is not kept, or is of another
    layer, or constant, or did not leave its start."""
    if one.before is None or other.before is None or one.dead or other.dead:
        return math.nan
    if one.at != other.at or one.before.shape != other.before.shape:
        return math.nan
    return 1 - float(spearman(one.before, other.before))


def _or_none(number: float) -> float | None:
    return None if math.isnan(number) else number
