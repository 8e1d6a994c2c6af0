"""Dictionaries of the positions of a map or of patch tokens: rows to fit on, and codes pooled as the map is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.datasets.sample import Dataset, Sample
from shiftscope.derived.derivation import Derivation, Rows
from shiftscope.derived.encoding import shard_of_codes
from shiftscope.derived.fitting import MOST_ROWS
from shiftscope.engine.engine import Advance
from shiftscope.errors import LayerError, StudyMismatch
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.recording.background import Background
from shiftscope.shard import Shard
from shiftscope.store.places import RecordingPlace
from shiftscope.store.plan import Plan
from shiftscope.store.stored_recording import Recording
from shiftscope.store.writing.writer import RecordingWriter, is_done
from shiftscope.summaries.summarise import summarise_shard

if TYPE_CHECKING:
    import torch
    from torch import nn

    from shiftscope.model.answer import Answer
    from shiftscope.recording.stream import PassOptions

AT_ONCE = 512  # samples, while rows are gathered
SEED = 0


def refuse_without_positions(layer: RecordedLayer) -> None:
    """Raise `LayerError` for a layer of which one number a sample is all there is."""
    if not layer.has_positions:
        raise LayerError(
            f"{layer.name!r}, read as {layer.read_as}, has no positions: derive from its responses as they are."
        )


def positions_as_rows(places: torch.Tensor) -> Rows:
    """(sample, position, unit)"""
    rows: Rows = places.movedim(1, -1).flatten(1, -2).float().cpu().numpy()
    return rows


@dataclass(frozen=True)
class _Some:
    """Some samples of a dataset."""

    dataset: Dataset
    positions: Sequence[int]

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, place: int) -> Sample:
        return self.dataset[int(self.positions[place])]


def rows_at_positions(
    model: nn.Module,
    dataset: Dataset,
    layer: RecordedLayer,
    samples: npt.NDArray[np.intp],
    *,
    answer: Answer,
    categories: Sequence[str],
    options: PassOptions,
    most: int = MOST_ROWS,
) -> Rows:
    """(row, unit) at most `most` positions, of each of these samples as many up to one.

    Raises
    ------
    StudyMismatch
        Samples that cannot be read any more.
    """
    shares = np.full(len(samples), most // max(len(samples), 1))
    shares[: most - int(shares.sum())] += 1
    gathered: list[Rows] = []
    done = 0

    def see(places: torch.Tensor) -> None:
        nonlocal done
        for each in positions_as_rows(places):
            if done < len(samples):
                dice = np.random.default_rng([SEED, int(samples[done])])
                gathered.append(each[np.sort(dice.permutation(len(each))[: shares[done]])])
            done += 1

    starts = range(0, len(samples), AT_ONCE)
    shards = {number: range(start, min(start + AT_ONCE, len(samples))) for number, start in enumerate(starts)}
    for _ in _passes(
        model, layer, see, _Some(dataset, samples.tolist()), shards, categories, answer, options
    ):
        pass
    if done != len(samples):
        raise StudyMismatch(
            f"{len(samples)} samples were to be fitted on, and {done} went through {layer.name!r}."
        )
    return np.concatenate(gathered)


def _passes(
    model: nn.Module,
    layer: RecordedLayer,
    see: Callable[[torch.Tensor], None],
    dataset: Any,
    shards: dict[int, range],
    categories: Sequence[str],
    answer: Answer,
    options: PassOptions,
) -> Iterator[Shard]:
    from shiftscope.model.read_positions import ReadPositions
    from shiftscope.recording.stream import stream

    with (
        ReadPositions(model, layer, see),
        closing(
            stream(
                model,
                dataset,
                [],
                categories,
                shards,
                stored_as="float32",
                answer=answer,
                options=dataclasses.replace(options, on_error="skip"),
            )
        ) as passes,
    ):
        yield from passes


@dataclass(frozen=True)
class PositionsEncoding:
    """All that is needed to compute shards of one dataset's codes; may be pickled if model and dataset may."""

    place: RecordingPlace
    plan: Plan
    behind: RecordedLayer
    fitted: Derivation
    model: nn.Module
    dataset: Dataset
    categories: Sequence[str]
    answer: Answer
    options: PassOptions

    @property
    def folder(self) -> Path:
        return self.place.folder

    @property
    def device(self) -> str:
        from shiftscope.model.evaluation.evaluation import device_and_dtype

        return device_and_dtype(self.model)[0].type

    @property
    def shards(self) -> Sequence[int]:
        return range(self.plan.shard_count)

    def is_done(self, shard: int) -> bool:
        return is_done(self.place, self.plan, shard)

    def samples_in(self, shard: int) -> int:
        return self.plan.samples_in(shard)

    def on(self, device: str) -> PositionsEncoding:
        from shiftscope.model.evaluation.evaluation import placed

        return dataclasses.replace(self, model=placed(self.model, device))

    def record(self, shards: Sequence[int], advance: Advance) -> None:
        """While one shard is written, the next is computed.

        Raises
        ------
        ResponseError
            A code that is no finite number.
        StudyMismatch
            Other samples can be read than were recorded.
        """
        rows, found = self.plan.shards(), []

        def see(places: torch.Tensor) -> None:
            found.append(self._codes(places))

        passes = _passes(
            self.model,
            self.behind,
            see,
            self.dataset,
            {shard: rows[shard] for shard in shards},
            self.categories,
            self.answer,
            dataclasses.replace(self.options, progress=advance),
        )
        with Background() as background, closing(passes):  # type: ignore[type-var]
            for shard in passes:
                background.submit(self._commit, self._shard(shard, found))
                found.clear()

    def _codes(self, places: torch.Tensor) -> Rows:
        """(sample, feature)"""
        import torch

        from shiftscope.model.terms import pooled_places

        rows = positions_as_rows(places)
        codes = self.fitted.transform(rows.reshape(-1, rows.shape[-1]))
        at = torch.from_numpy(codes).reshape(*rows.shape[:2], -1).movedim(-1, 1)
        pooled: Rows = pooled_places(at.reshape(*at.shape[:2], *places.shape[2:]), self.behind.pool).numpy()
        return pooled

    def _shard(self, shard: Shard, found: Sequence[Rows]) -> Shard:
        rows = self.plan.shards()[shard.index]
        shown = self._recording.samples.predictions[rows.start : rows.stop] != NO_LABEL
        codes = np.concatenate(found) if found else np.empty((0, self.plan.layers[0].units), np.float32)
        if not np.array_equal(shown, shard.predictions != NO_LABEL) or len(codes) != shown.sum():
            raise StudyMismatch(
                f"{int(shown.sum())} of samples {rows.start} to {rows.stop - 1} of {self._recording.name!r} were "
                f"recorded, and {len(codes)} went through {self.behind.name!r} now. Record the dataset again."
            )
        return shard_of_codes(self.plan, self._recording, shard.index, codes)

    def _commit(self, shard: Shard) -> None:
        self._writer.commit(shard, summarise_shard(shard, self.plan.categories))

    @cached_property
    def _recording(self) -> Recording:
        """The one that the codes are of."""
        assert self.place.behind is not None
        return Recording(self.place.behind)

    @cached_property
    def _writer(self) -> RecordingWriter:
        return RecordingWriter(self.place, self.plan)
