"""A sample, and how its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from shiftscope.store.formats.samples import StoredSample
from shiftscope.store.stored_recording import Recording
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection


@dataclass(frozen=True)
class ShownSample:
    """What the sections of a sample's page show: the sample and the choices in force."""

    selection: Selection
    recording: Recording
    position: int
    at: PageAddress

    @cached_property
    def seen(self) -> StoredSample:
        return self.recording.samples[self.position]

    @property
    def lacking(self) -> str:
        """Why there are no responses to it; empty where there are."""
        summaries = 'This dataset was recorded with keep="summaries": single responses are not stored.'
        return self.seen.problem or ("" if self.recording.keeps_responses else summaries)
