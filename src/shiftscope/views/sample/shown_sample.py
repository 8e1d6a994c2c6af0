"""A sample, the same one in other datasets, and how its page shows them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.outcomes.twins import twins
from shiftscope.store.formats.samples import StoredSample
from shiftscope.store.stored_recording import Recording
from shiftscope.store.twins import first_twin
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.sets.worst_set import worst_set


@dataclass(frozen=True)
class ShownSample:
    """What the sections of a sample's page show: the sample and the choices in force."""

    selection: Selection
    recording: Recording
    position: int
    at: PageAddress

    @classmethod
    def of(cls, selection: Selection, recording: Recording, position: int, at: PageAddress) -> ShownSample:
        """With its own set as the focus; of the baseline's samples the set that was chosen, or the worst."""
        if recording.name != selection.baseline:
            return cls(replace(selection, focus=recording.name), recording, position, at)
        shown = cls(selection, recording, position, at)
        worst = worst_set(selection)
        return cls(
            selection.focused_on(worst if worst in shown.places else recording.name), recording, position, at
        )

    @cached_property
    def seen(self) -> StoredSample:
        return self.recording.samples[self.position]

    @cached_property
    def places(self) -> dict[str, int]:
        """Where the same sample is, by dataset, the baseline first; its own set among them."""
        self.recording.samples.check(self.position)
        found = {}
        for name in self.selection.ordered():
            recording = self.selection.study[name]
            if recording is self.recording:
                found[name] = self.position
            elif (position := self._there(recording)) >= 0:
                found[name] = position
        return found

    @property
    def sets(self) -> list[str]:
        """The datasets that have it: baseline and focus first, then its own."""
        first = [name for name in (self.selection.baseline, self.selection.focus) if name in self.places]
        return list(dict.fromkeys([*first, self.recording.name, *self.places]))

    @cached_property
    def focused(self) -> tuple[Recording, StoredSample]:
        """The sample that is explained: the one of the focus where it is there, else this one."""
        return self._in(self.selection.focus) or (self.recording, self.seen)

    @cached_property
    def before(self) -> tuple[Recording, StoredSample] | None:
        """The same sample in the baseline; None where it is not there, or is the one that is explained."""
        found = self._in(self.selection.baseline)
        return None if found is None or found[0] is self.focused[0] else found

    @cached_property
    def pair(self) -> tuple[int, int]:
        """The prediction that is explained, and what stands against it: the label, the answer in the baseline, or
        the runner-up."""
        recording, seen = self.focused
        if seen.label not in (NO_LABEL, seen.prediction):
            return seen.prediction, seen.label
        if self.before and self.before[1].prediction not in (NO_LABEL, seen.prediction):
            return seen.prediction, self.before[1].prediction
        return seen.prediction, runner_up(recording.logits(seen.position), seen.prediction)

    @property
    def lacking(self) -> str:
        """Why there are no responses to it; empty where there are."""
        return lacking(self.recording, self.seen)

    def _there(self, recording: Recording) -> int:
        """Row of its first twin, as the recordings state them, else of the sample with the same id; -1 for none."""
        stated = first_twin(self.selection.study, self.recording.name, self.position, recording.name)
        if stated is None:
            return int(twins(self.recording.samples, recording.samples)[self.position])
        return stated

    def _in(self, name: str) -> tuple[Recording, StoredSample] | None:
        if name not in self.places:
            return None
        recording = self.selection.study[name]
        return recording, recording.samples[self.places[name]]


def lacking(recording: Recording, seen: StoredSample) -> str:
    """Why there are no responses to a sample; empty where there are."""
    summaries = 'This dataset was recorded with keep="summaries": single responses are not stored.'
    return seen.problem or ("" if recording.keeps_responses else summaries)


def runner_up(logits: npt.NDArray[Any], prediction: int) -> int:
    """The likeliest category beside the one it is classified as."""
    return int(np.argsort(-np.where(np.arange(len(logits)) == prediction, -np.inf, logits))[0])
