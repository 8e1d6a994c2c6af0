"""Two categories by their significant paths, and how their page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from shiftscope.explain.paths.counting.count import Counter, Responses
from shiftscope.explain.paths.measures.terms import Terms, terms
from shiftscope.statistics.spread_evenly import spread_evenly
from shiftscope.store.stored_recording import Recording
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import count
from shiftscope.views.paths.path_choice import PathChoice

ROWS = 12  # of the tables
READ_AT_MOST = 1000  # samples of each category; each is a read of its own


@dataclass(frozen=True)
class ShownPathPair:
    """What the sections of the page of two categories show; of one with itself, how it moved under the focus."""

    chosen: PathChoice
    at: PageAddress
    first: int  # the number after the last category means all together
    second: int

    @property
    def selection(self) -> Selection:
        return self.chosen.selection

    @property
    def same(self) -> bool:
        return self.first == self.second

    @property
    def sides(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """Dataset and category of both; of a category with itself the baseline comes first."""
        selection = self.selection
        dataset = selection.baseline if self.same else selection.focus
        return (dataset, self.first), (selection.focus, self.second)

    @cached_property
    def labels(self) -> list[str]:
        """Of both sides, in words."""
        names = self.chosen.names()
        return [f"{names[c]} in {dataset}" if self.same else names[c] for dataset, c in self.sides]

    @cached_property
    def lacking(self) -> str:
        """A side without any labelled sample; empty where both have one."""
        sides = zip(self.labels, self._entering, strict=True)
        return next((label for label, responses in sides if not len(responses)), "")

    @cached_property
    def terms(self) -> Terms:
        """Of the divergence of the first side from the second."""
        linear, settings = self.chosen.linear, self.chosen.settings
        counter = Counter(linear.weight, linear.bias, settings.rule, compiled=False)
        return terms(counter, *self._entering, settings.frequencies)

    @property
    def read(self) -> str:
        """How many samples the terms are from, where not from all."""
        most = max(int(_known(self.selection.study[name], c).sum()) for name, c in self.sides)
        part = f"From {count(READ_AT_MOST)} samples of a category at most, evenly spread."
        return part if most > READ_AT_MOST else ""

    def share(self, part: float) -> float:
        """Of the whole divergence; NaN of one that is zero or infinite."""
        return part / self.terms.kl if 0 < self.terms.kl < float("inf") else float("nan")

    @cached_property
    def _entering(self) -> tuple[Responses, Responses]:
        first, second = (_entering(self.selection.study[name], self.chosen, c) for name, c in self.sides)
        return first, second


def _entering(recording: Recording, chosen: PathChoice, category: int) -> Responses:
    """(sample, input) what entered the map for the samples of a category, evenly thinned where there are many."""
    positions = spread_evenly(np.flatnonzero(_known(recording, category)), READ_AT_MOST)
    return recording.responses_at(chosen.linear.layer, positions.tolist())


def _known(recording: Recording, category: int) -> npt.NDArray[np.bool_]:
    """(sample,) whether it was shown and has the label, or any where `category` means all together."""
    samples = recording.samples
    known: npt.NDArray[np.bool_] = (samples.labels >= 0) & (samples.predictions >= 0)
    return known & (samples.labels == category) if category < recording.plan.categories else known
