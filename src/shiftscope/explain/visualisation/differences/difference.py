"""A unit's use under a shift against its use on the reference; NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shiftscope.explain.visualisation.differences.difference_direction import Separation
from shiftscope.explain.visualisation.pair_distance import PairDistance, pair_distance
from shiftscope.explain.visualisation.visualised import Visualised

EQUAL = 99.0  # percentile that both pictures have to reach to be compared


@dataclass(frozen=True, eq=False)
class Difference:
    """A unit's use under a shift against its use on the reference: how far apart they are, and a picture of each."""

    separation: Separation
    shifted: Visualised
    reference: Visualised
    dataset: str
    placebo: tuple[Visualised, Visualised] | None = None  # pictures of two halves of the reference, likewise

    @property
    def distance(self) -> PairDistance | None:
        """Of the pictures, beside that of the placebo; None without one."""
        return self.placebo and pair_distance((self.shifted, self.reference), self.placebo)

    @property
    def equally_strong(self) -> bool:
        """Whether both pictures reach the reference's 99th percentile."""
        reached = [each.reached for each in (self.shifted, self.reference)]
        return all(each is not None and each.quantile >= EQUAL / 100 for each in reached)

    def in_words(self) -> str:
        """Whether it is a finding, whether the pictures can be compared, and how far apart they are."""
        apart = self.distance
        return self._found_in_words() + (f"; {apart.in_words()}" if apart else "")

    def _found_in_words(self) -> str:
        found = self.separation
        apart = (
            f"AUROC {found.auroc:.2f} ({found.low:.2f} to {found.high:.2f}), of halves of the reference up to "
            f"{found.placebo.max():.2f}"
        )
        if not found.found:
            return f"{apart}: the two uses differ no more than two halves of the reference do"
        if self.equally_strong:
            return f"{apart}: used otherwise under {self.dataset}"
        responses = f"{self.shifted.score:.3g} and {self.reference.score:.3g}"
        return (
            f"{apart}: used otherwise under {self.dataset}; the pictures, with responses of {responses}, do not both "
            "reach the reference's 99th percentile and are not to be compared"
        )

    def numbers(self) -> dict[str, Any]:
        """As JSON has them."""
        apart, apart_by = self.separation, self.distance
        return {
            "dataset": self.dataset,
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
