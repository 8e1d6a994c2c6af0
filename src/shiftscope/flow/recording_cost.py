"""What a recording would take, without making it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from shiftscope.counted import counted
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    from torch import nn

    from shiftscope.datasets.pictures.preprocess import Preprocess
    from shiftscope.model.survey.layer import Layer
    from shiftscope.shard import Keep, Outputs, StoredAs


@dataclass(frozen=True)
class RecordingCost:
    """Size and time of one recording."""

    samples: int
    bytes_at_most: int
    seconds: float  # of reading and of the model, by the first samples; NaN where they cannot be read
    layers: Mapping[str, int]  # units by layer
    told: Sequence[str]  # how the data were understood, in sentences

    @property
    def in_words(self) -> str:
        layers = ", ".join(f"{name} ({counted(units, 'unit')})" for name, units in self.layers.items())
        time = "" if self.seconds != self.seconds else f", about {self.seconds:,.0f} seconds without writing"
        size = f"at most {self.bytes_at_most / 1e6:,.1f} MB"
        return " ".join([f"{counted(self.samples, 'sample')}{time}, {size}; layers: {layers}.", *self.told])


def recording_cost(
    study: StoredStudy,
    data: Any,
    name: str,
    *,
    model: nn.Module,
    layers: Sequence[Layer | str] | Literal["auto"] | None = None,
    paths: Sequence[str] = (),
    preprocess: Preprocess | None = None,
    shift: str | Sequence[str] = (),
    root: str | Path | None = None,
    limit: int | None = None,
    stored_as: StoredAs = "auto",
    keep: Keep = "responses",
    outputs: Outputs = "auto",
    output: str | int | None = None,
    batch_size: int = 64,
    check_range: bool = True,
    other_preprocessing: bool = False,
) -> RecordingCost:
    """Size and time of `record` with these options; refuses what it would before its first batch."""
    from shiftscope.datasets.shifts.shifted import shifted
    from shiftscope.recording.as_given import as_given
    from shiftscope.recording.preparation import Request, layers_asked, prepare
    from shiftscope.recording.timing import forward_seconds, reading_seconds
    from shiftscope.recording.twin_search import TwinsAsked
    from shiftscope.store.layout import SHARD_SAMPLES

    dataset, told = as_given(
        study,
        data,
        name,
        preprocess=preprocess,
        root=root,
        limit=limit,
        other_preprocessing=other_preprocessing,
    )
    dataset = shifted(dataset, shift)
    asked = Request(
        name=name,
        layers=layers_asked(layers),
        paths=paths,
        stored_as=stored_as,
        batch_size=batch_size,
        keep=keep,
        outputs=outputs,
        output=output,
        check_range=check_range,
        shard_samples=SHARD_SAMPLES,
        other_preprocessing=other_preprocessing,
        overwrite=True,
        twins=TwinsAsked(False),
    )
    prepared = prepare(study, model, dataset, asked)
    each = reading_seconds(dataset) + forward_seconds(dataset, model, batch_size)
    return RecordingCost(
        samples=len(dataset),
        bytes_at_most=prepared.plan.bytes_needed(),
        seconds=each * len(dataset),
        layers={layer.name: layer.units for layer in prepared.plan.layers},
        told=[*dataset.describe().get("told", ()), *told, *prepared.told],
    )
