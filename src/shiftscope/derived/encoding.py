"""The codes of a recording's shards as work for any process that sees the study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from shiftscope.arrays import NO_LABEL
from shiftscope.derived.derivation import Derivation, Rows
from shiftscope.engine.engine import Advance
from shiftscope.errors import ResponseError
from shiftscope.recording.background import Background
from shiftscope.shard import SampleEntry, Shard
from shiftscope.store.places import RecordingPlace
from shiftscope.store.plan import Plan
from shiftscope.store.stored_recording import Recording
from shiftscope.store.writing.writer import RecordingWriter, is_done
from shiftscope.summaries.summarise import summarise_shard


@dataclass(frozen=True)
class Encoding:
    """All that is needed to compute shards of one dataset's codes."""

    place: RecordingPlace
    plan: Plan
    behind: str  # the recorded layer
    fitted: Derivation

    @property
    def folder(self) -> Path:
        return self.place.folder

    @property
    def device(self) -> str:
        return "cpu"

    @property
    def shards(self) -> Sequence[int]:
        return range(self.plan.shard_count)

    def is_done(self, shard: int) -> bool:
        return is_done(self.place, self.plan, shard)

    def samples_in(self, shard: int) -> int:
        return self.plan.samples_in(shard)

    def on(self, device: str) -> Encoding:
        return self  # its arithmetic is the host's

    def record(self, shards: Sequence[int], advance: Advance) -> None:
        """While one shard is written, the next is computed.

        Raises
        ------
        ResponseError
            A code that is no finite number.
        """
        with Background() as background:
            for index in shards:
                background.submit(self._commit, self._shard(index))
                advance(self.samples_in(index))

    def _commit(self, shard: Shard) -> None:
        self._writer.commit(shard, summarise_shard(shard, self.plan.categories))

    def _shard(self, index: int) -> Shard:
        rows = self.plan.shards()[index]
        shown = self._recording.samples.predictions[rows.start : rows.stop] != NO_LABEL
        stored = self._recording.responses(self.behind, rows.start, rows.stop)[shown].astype(np.float32)
        codes = self.fitted.transform(stored) if len(stored) else stored[:, :0]
        return shard_of_codes(self.plan, self._recording, index, codes)

    @cached_property
    def _recording(self) -> Recording:
        """The one that the codes are of."""
        assert self.place.behind is not None
        return Recording(self.place.behind)

    @cached_property
    def _writer(self) -> RecordingWriter:
        return RecordingWriter(self.place, self.plan)


def shard_of_codes(plan: Plan, behind: Recording, index: int, found: Rows) -> Shard:
    """A shard with the (sample, feature) codes of those of its samples that were shown to the model.

    Raises
    ------
    ResponseError
        A code that is no finite number.
    """
    rows, samples = plan.shards()[index], behind.samples
    labels = samples.labels[rows.start : rows.stop]
    predictions = samples.predictions[rows.start : rows.stop]
    shown, (described,) = predictions != NO_LABEL, plan.layers
    codes = np.full((len(rows), described.units), np.nan, np.float32)
    if shown.any():
        codes[shown] = found
    if not np.isfinite(codes[shown]).all():
        unit = int(np.flatnonzero(~np.isfinite(codes[shown]).all(0))[0])
        raise ResponseError(f"unit {unit} of {described.name!r} has a code that is no finite number.")
    entries = [
        SampleEntry("", int(label), "", "", b"", "" if there else "skipped")
        for label, there in zip(labels, shown, strict=True)
    ]
    nothing = np.empty((len(rows), 0), np.float32)
    confidences = np.full(len(rows), np.nan, np.float32)
    return Shard(index, rows.start, {described.name: codes}, nothing, predictions, confidences, entries)
