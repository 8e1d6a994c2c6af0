"""A confusion, and how its page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.views.confusion.pair import Pair
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection


@dataclass(frozen=True)
class ShownConfusion:
    """What the sections of a confusion's page show: the two categories, and how many of their images."""

    pair: Pair
    at: PageAddress
    images: int

    @property
    def selection(self) -> Selection:
        return self.pair.selection

    @property
    def ways(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Label and prediction: as asked for, and the other way round."""
        actual, predicted = self.pair.actual, self.pair.predicted
        return (actual, predicted), (predicted, actual)
