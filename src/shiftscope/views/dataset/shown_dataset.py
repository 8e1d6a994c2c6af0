"""A dataset, and how its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from shiftscope.outcomes.outcomes import Positions, right_and_wrong
from shiftscope.store.formats.samples import Samples
from shiftscope.store.stored_recording import Recording
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection

Show = Literal["all", "wrong", "right", "skipped"]


@dataclass(frozen=True)
class ShownDataset:
    """What the sections of a dataset's page show: the dataset, the choices in force, and which of its images."""

    selection: Selection
    recording: Recording
    at: PageAddress
    show: Show
    label: int | None
    prediction: int | None
    first: int  # images that are left out before, if there are as many

    @property
    def name(self) -> str:
        return self.recording.name

    @property
    def samples(self) -> Samples:
        return self.recording.samples

    @property
    def start(self) -> int:
        """Images that are left out before those shown."""
        return max(0, min(self.first, len(self.positions) - 1))

    @property
    def asked(self) -> bool:
        """Whether the reader asked for some of the images: they come first."""
        return self.show != "all" or (self.label, self.prediction) != (None, None) or self.start > 0

    @cached_property
    def positions(self) -> Positions:
        """Of the images that were asked for, in the order of the dataset."""
        samples = self.samples
        right, wrong = right_and_wrong(samples)
        kept = {
            "all": np.ones(len(samples), bool),
            "wrong": wrong,
            "right": right,
            "skipped": samples.predictions < 0,
        }[self.show]
        if self.label is not None:
            kept = kept & (samples.labels == self.label)
        if self.prediction is not None:
            kept = kept & (samples.predictions == self.prediction)
        return np.flatnonzero(kept)
