"""Samples of one category classified as another, beside samples of it classified right."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.counted import counted
from shiftscope.store.stored_recording import Recording
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.number_text import count
from shiftscope.views.parts.sets.sample_sets import Chosen

FEW = 10  # samples of a set below which the page warns

OF_ONE_UNIT = "with the 95 % interval of Welch for this unit by itself"


@dataclass(frozen=True)
class Pair:
    """Samples labelled `actual` and predicted `predicted` in the focus, and right ones of `actual` in `against`."""

    selection: Selection
    actual: int
    predicted: int
    against: str  # the dataset of the right ones

    @property
    def title(self) -> str:
        a, b = self.names
        return f"What turns {a} into {b} in {self.selection.focus}"

    @property
    def sets(self) -> tuple[tuple[Recording, Chosen], tuple[Recording, Chosen]]:
        """The confused samples, and the right ones."""
        confused = self.selection.study[self.selection.focus], Chosen(self.actual, self.predicted)
        return confused, (self.selection.study[self.against], Chosen(self.actual, self.actual))

    @property
    def sizes(self) -> tuple[int, int]:
        confused, right = (len(chosen.of(recording.samples)) for recording, chosen in self.sets)
        return confused, right

    @property
    def names(self) -> tuple[str, str]:
        actual, predicted = (category_name(self.selection.study, c) for c in (self.actual, self.predicted))
        return actual, predicted

    @property
    def heads(self) -> tuple[str, str]:
        """Of the columns of the two sets."""
        (a, b), (confused, right) = self.names, self.sizes
        return f"{a} as {b} ({count(confused)})", f"{a}, right ({count(right)})"

    def in_words(self) -> str:
        """How many samples each set has."""
        (a, b), (confused, right) = self.names, self.sizes
        return (
            f"{samples(confused)} labelled {a} {'is' if confused == 1 else 'are'} classified {b} in "
            f"{self.selection.focus}; {samples(right)} labelled {a} {'is' if right == 1 else 'are'} classified "
            f"right in {self.against}."
        )

    def warning(self) -> str:
        """How little the smaller set says, where it is small."""
        fewest = min(self.sizes)
        if fewest == 1:
            return " One sample alone has no interval."
        return (
            f" With {counted(fewest, 'sample')} in the smaller set the intervals are wide."
            if fewest < FEW
            else ""
        )


def samples(number: int) -> str:
    return f"{count(number)} {'sample' if number == 1 else 'samples'}"
