"""A unit's use under a shift against its use on the reference; NumPy alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shiftscope.explain.visualisation.differences.difference_direction import Separation
from shiftscope.explain.visualisation.differences.one_strength import (
    SHARES,
    STRONG,
    WEIGHTS,
    equally_strong,
    level_of,
)
from shiftscope.explain.visualisation.pair_distance import PairDistance, pair_distance
from shiftscope.explain.visualisation.picture_question import MACO
from shiftscope.explain.visualisation.visualised import Visualised


@dataclass(frozen=True, eq=False)
class Difference:
    """A unit's use under a shift against its use on the reference: how far apart they are, and a picture of each."""

    separation: Separation
    shifted: Visualised
    reference: Visualised
    dataset: str
    weight: float = 1.0  # of the direction in what was raised
    # By division, of two halves of the reference, likewise.
    placebo: tuple[tuple[Visualised, Visualised], ...] = ()

    @property
    def distance(self) -> PairDistance | None:
        """Of the pictures, beside those of the placebo; None without one."""
        return pair_distance((self.shifted, self.reference), self.placebo) if self.placebo else None

    @property
    def equally_strong(self) -> bool:
        """Whether both pictures drive the unit as strongly, and as the reference's 99th percentile or more."""
        return equally_strong((self.shifted, self.reference))

    @property
    def level(self) -> float | None:
        """The smaller response of two pictures of one strength; None where they are not."""
        return level_of((self.shifted, self.reference)) if self.equally_strong else None

    def in_words(self) -> str:
        """Whether it is a finding, whether the pictures can be compared, and how far apart they are."""
        return f"{self.uses_in_words()}. {self.pictures_in_words()}"

    def uses_in_words(
        self, reference: str = "the reference", *, number: Callable[[float], str] = "{:.2f}".format
    ) -> str:
        """Whether the uses are told apart better than halves of the reference are; `number` writes their AUROC."""
        found = self.separation
        auroc = f"AUROC {number(found.auroc)} ({number(found.low)} to {number(found.high)})"
        halves = f"halves of {reference} up to {number(float(found.placebo.max()))}"
        if not found.found:
            return (
                f"used under {self.dataset} no otherwise than one half of {reference} differs from the other: {auroc}, "
                f"{halves}"
            )
        return (
            f"used otherwise under {self.dataset}: the layer before tells its strong images there from those of "
            f"{reference}, {auroc}; {halves}"
        )

    def pictures_in_words(
        self, reference: str = "the reference", *, number: Callable[[float], str] = "{:.3g}".format
    ) -> str:
        """Whether the two pictures may be compared, and how far apart they are; `number` writes the numbers."""
        said = self._compared_in_words(reference, number)
        return f"{said} {self.distance.sentence(reference, number=number)}" if self.distance else said

    def _compared_in_words(self, reference: str, number: Callable[[float], str]) -> str:
        if not self.separation.found:
            return (
                f"The pictures differ no more than two halves of {reference} do: what differs between them says "
                "nothing."
            )
        if self.level is not None:
            share = f", with {SHARES[self.weight]} of the weight of the direction," if self.weight < 1 else ""
            weaker = min(self.shifted, self.reference, key=lambda picture: picture.score)
            assert weaker.reached is not None
            beside = f"{number(self.level)} ({weaker.reached.in_words(self.level)} held out of {reference})"
            apart = self.distance is not None and self.distance.apart
            means = "what differs is what the unit is used for" if apart else "they can be compared"
            return f"Both pictures{share} drive the unit equally strongly, at {beside}: {means}."
        responses = f"{number(self.shifted.score)} and {number(self.reference.score)}"
        free = " Activation maximisation, which holds no spectrum, may drive the unit further."
        said = (
            f"The pictures are not to be compared: with responses of {responses} they do not come to one at or above "
            f"the {STRONG:.0f}th percentile of {reference}'s held-out responses, not even with {SHARES[WEIGHTS[-1]]} "
            "of the weight of the direction."
        )
        return said + free if self.shifted.method == MACO else said

    def numbers(self) -> dict[str, Any]:
        """As JSON has them."""
        apart, apart_by = self.separation, self.distance
        return {
            "dataset": self.dataset,
            "weight": self.weight,
            "equally_strong": self.equally_strong,
            "level": self.level,
            "found": apart.found,
            "auroc": apart.auroc,
            "low": apart.low,
            "high": apart.high,
            "placebo": apart.placebo.tolist(),
            "shifted": self.shifted.numbers(),
            "reference": self.reference.numbers(),
            **(apart_by.numbers() if apart_by else {}),
        }

    def __repr__(self) -> str:
        return f"<Difference {self.shifted.objective}: {self.in_words()}>"

    def _repr_html_(self) -> str:
        from html import escape

        pair = self.shifted._repr_html_() + self.reference._repr_html_()
        grey = "" if self.separation.found else ' style="opacity:0.4"'
        return f"<figure><div{grey}>{pair}</div><figcaption>{escape(self.in_words())}</figcaption></figure>"
