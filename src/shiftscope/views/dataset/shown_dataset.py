"""A dataset, and how its page shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from shiftscope.errors import StudyBusy, StudyDamaged
from shiftscope.outcomes.outcomes import Positions, right_and_wrong
from shiftscope.store.formats.samples import Samples
from shiftscope.store.sample_tags import count_tags, sample_tags
from shiftscope.store.stored_recording import Recording
from shiftscope.views.dataset.sample_filter import metadata_mask, tag_mask
from shiftscope.views.dataset.sample_order import Sort, UnitAt, in_order
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Message
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.readable_notes import unread

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
    sort: Sort = "order"
    unit: UnitAt | None = None  # whose response sorts
    where: str = ""  # a condition on metadata
    tag: str = ""

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

    @cached_property
    def tags(self) -> dict[str, frozenset[str]] | Message:
        """Tags by sample's id; in their place why they cannot be read."""
        try:
            return sample_tags(self.selection.study, self.name)
        except (StudyBusy, StudyDamaged) as error:
            return unread("Tags are left out of this page", error)

    @property
    def unread_tags(self) -> Message | None:
        return self.tags if isinstance(self.tags, Message) else None

    @cached_property
    def tag_counts(self) -> dict[str, int]:
        """How many samples have each tag, in the order of the alphabet."""
        return {} if isinstance(self.tags, Message) else count_tags(self.tags)

    @cached_property
    def ordered(self) -> tuple[Positions, Callable[[int], str]]:
        """Positions of the images that were asked for, in the order asked for, and what stands under each."""
        return in_order(self.selection, self.recording, self.positions, self.sort, self.unit)

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
        if self.where:
            kept = kept & metadata_mask(samples, self.where)
        if self.tag:
            kept = kept & tag_mask(samples, {} if isinstance(self.tags, Message) else self.tags, self.tag)
        return np.flatnonzero(kept)
