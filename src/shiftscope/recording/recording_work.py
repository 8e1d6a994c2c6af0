"""Shards of a recording as work for any process that sees the model, the data and the study."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch import nn

from shiftscope.datasets.sample import Dataset
from shiftscope.engine.engine import Advance
from shiftscope.model.evaluation.evaluation import device_and_dtype, placed
from shiftscope.model.known_answers import KnownAnswers
from shiftscope.recording.background import Background
from shiftscope.recording.batches import leave_one_alone
from shiftscope.recording.stream import PassOptions, stream
from shiftscope.recording.with_twin_effects import with_twin_effects
from shiftscope.shard import Shard
from shiftscope.store.layout import by_older_rules
from shiftscope.store.places import RecordingPlace
from shiftscope.store.plan import Plan
from shiftscope.store.stored_recording import Recording
from shiftscope.store.writing.writer import RecordingWriter, is_done
from shiftscope.summaries.fused.on_device import every_summary_on_device
from shiftscope.summaries.summarise import summarise_shard


@dataclass(frozen=True)
class RecordingWork:
    """All that is needed to make shards of one recording; may be pickled if the model and the dataset may."""

    place: RecordingPlace
    plan: Plan
    categories: Sequence[str]
    model: nn.Module
    dataset: Dataset
    options: PassOptions
    known: KnownAnswers | None = None  # of the model of the process that records
    twins: npt.NDArray[np.int32] | None = None  # (sample,) rows of their twins; None without twins
    twins_in: RecordingPlace | None = None  # whose responses effects on twins are summed from

    @property
    def folder(self) -> Path:
        return self.place.folder

    @property
    def shards(self) -> Sequence[int]:
        return range(self.plan.shard_count)

    def is_done(self, shard: int) -> bool:
        return is_done(self.place, self.plan, shard)

    def samples_in(self, shard: int) -> int:
        return self.plan.samples_in(shard)

    @property
    def device(self) -> str:
        return device_and_dtype(self.model)[0].type

    def on(self, device: str) -> RecordingWork:
        return dataclasses.replace(self, model=placed(self.model, device))

    def record(self, shards: Sequence[int], advance: Advance) -> None:
        """While one shard is summarised and written, the next is recorded.

        Raises
        ------
        StudyMismatch
            The model is not the one of the process that records, as where a worker has other code.
        """
        self._checked  # noqa: B018  # before the first shard
        writer, rows = self._writer, self.plan.shards()
        recorded = stream(
            self.model,
            self.dataset,
            self.plan.layers,
            self.categories,
            {shard: rows[shard] for shard in shards},
            stored_as=self.plan.stored_as,
            stored_otherwise=self.plan.stored_otherwise,
            answer=self.plan.answer,
            options=dataclasses.replace(self.options, progress=advance),
            # Responses are compared with those of the twins before they are dropped.
            keep="responses" if self.twins_in else self.plan.keep,
            summaries=every_summary_on_device(),
            compares=not by_older_rules(self.plan.format),
            places=not by_older_rules(self.plan.format),
        )

        def commit(shard: Shard) -> None:
            if self.twins is not None:
                own = self.twins[shard.first : shard.first + len(shard.samples)]
                shard = dataclasses.replace(shard, twins=own)
            states = summarise_shard(shard, len(self.categories))
            if self.twins_in is not None:
                states = with_twin_effects(states, shard, Recording(self.twins_in), len(self.categories))
            writer.commit(shard, states)

        # Closed at once: after a failed write the traceback would keep the stream, and the model its hooks.
        with Background() as background, closing(recorded):
            for shard in recorded:
                background.submit(commit, shard)

    @cached_property
    def _writer(self) -> RecordingWriter:
        """One for all calls: to open it, the ends of all shards are read."""
        return RecordingWriter(
            self.place, self.plan, batch_size=self.options.batch_size if self.known else None
        )

    @cached_property
    def _checked(self) -> None:
        if self.known is None:
            return
        size, shards = self.options.batch_size, {self.samples_in(0), self.samples_in(len(self.shards) - 1)}
        self.known.refuse_unlike(
            self.model,
            self.plan.answer,
            alone=any(leave_one_alone(samples, size) for samples in shards),
        )
