"""One finished recording, read as pages need it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.errors import NotInStudy, ShiftscopeError, StudyDamaged
from shiftscope.recording.recorded_layer import RecordedLayer, layer_named
from shiftscope.recording.thumbnails import media_type
from shiftscope.store.arrays import StoredArray
from shiftscope.store.at_hand import folder_to_read
from shiftscope.store.atomic import read_json
from shiftscope.store.layout import (
    LOGITS,
    RECORDING,
    RESPONSES,
    SAMPLES,
    SUMMARIES,
    check_format,
    folder_name,
    samples_file,
)
from shiftscope.store.plan import Plan
from shiftscope.store.samples import Samples
from shiftscope.summaries.summary import Summary, from_arrays, name_of

S = TypeVar("S", bound=Summary)


class Recording:
    """Responses of the study's model to one dataset.

    Cheap to make: arrays are opened when asked for, single rows and columns are read from disk.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        described = read_json(folder / RECORDING, "a recording")
        check_format(folder / RECORDING, described)
        try:
            self.complete = bool(described["complete"])
            self.content = str(described.get("content", ""))  # recordings from before it was kept have none
            self.plan = Plan.from_json(described["plan"])
            self.layers = {layer.name: layer for layer in self.plan.layers}
        except (KeyError, TypeError, ValueError, AttributeError, ShiftscopeError) as error:
            raise StudyDamaged(f"{folder / RECORDING} does not describe a recording: {error!r}.") from error
        self._arrays: dict[str, StoredArray] = {}
        self._summary = lru_cache(maxsize=64)(self._read_summary)

    def __repr__(self) -> str:
        layers = ", ".join(f"{layer.name} ({layer.units} units)" for layer in self.plan.layers)
        return f"Recording {self.name!r}: {self.in_words}; layers {layers}"

    @property
    def in_words(self) -> str:
        """Number of samples, and the share of the labelled ones predicted right."""
        labels, predictions = self.samples.labels, self.samples.predictions
        known = (labels != NO_LABEL) & (predictions != NO_LABEL)
        right = f", accuracy {100 * (labels == predictions)[known].mean():.1f} %" if known.any() else ""
        return f"{len(self.samples)} samples{right}"

    @property
    def version(self) -> str:
        """Changes when the content does; part of the address of an image."""
        return self.digest[:12]

    @cached_property
    def digest(self) -> str:
        """Of what was recorded and how; where the data lay does not count."""
        plan = self.plan.as_json()
        del plan["source"]
        told = json.dumps({"content": self.content, **plan}, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def keeps_responses(self) -> bool:
        return self.plan.keep == "responses"

    @cached_property
    def samples(self) -> Samples:
        """Everything kept of each sample but its responses; checked against the plan when first read."""
        files = [samples_file(self.folder, shard) for shard in self.plan.shards()]
        samples, categories = Samples(files), self.plan.categories
        if len(samples) != self.plan.samples:
            raise StudyDamaged(
                f"{self.folder / SAMPLES} holds {len(samples)} samples of {self.plan.samples}; "
                "record the dataset again."
            )
        for codes in (samples.labels, samples.predictions):
            if len(codes) and not (codes.min() >= NO_LABEL and codes.max() < categories):
                raise StudyDamaged(
                    f"{self.folder / SAMPLES} has labels or predictions beyond its {categories} categories; "
                    "record the dataset again."
                )
        return samples

    def summary(self, layer: str, kind: type[S]) -> S:
        """A summary of all samples shown: `recording.summary("fc", Maxima)`."""
        return self._summary(self.layer(layer).name, name_of(kind))  # type: ignore[return-value]

    def layer(self, name: str) -> RecordedLayer:
        return layer_named(name, self.layers)

    def unit_responses(self, layer: str, unit: int) -> npt.NDArray[np.floating[Any]]:
        """(sample,) responses of one unit to every sample; NaN where a sample was skipped."""
        self.layer(layer).check(unit)
        return self._stored(f"{folder_name(layer)}/by_unit").row(unit)

    def sample_responses(self, layer: str, position: int) -> npt.NDArray[np.floating[Any]]:
        """(unit,) responses of a layer to one sample."""
        return self._stored(f"{folder_name(self.layer(layer).name)}/by_sample").row(
            self.samples.check(position)
        )

    def responses(self, layer: str, start: int = 0, stop: int | None = None) -> npt.NDArray[np.floating[Any]]:
        """(sample, unit) responses of a run of samples."""
        stored = self._stored(f"{folder_name(self.layer(layer).name)}/by_sample")
        return stored.rows(start, stored.shape[0] if stop is None else stop)

    def responses_at(self, layer: str, positions: Sequence[int]) -> npt.NDArray[np.floating[Any]]:
        """(sample, unit) responses to some samples, in the order given."""
        described = self.layer(layer)
        if not positions:  # also of a recording that keeps summaries alone
            return np.empty((0, described.units))
        stored = self._stored(f"{folder_name(described.name)}/by_sample")
        return stored.rows_at([self.samples.check(position) for position in positions])

    def logits(self, position: int) -> npt.NDArray[np.floating[Any]]:
        """(category,) logits of one sample."""
        return self._stored(LOGITS).row(self.samples.check(position))

    def logits_of(self, start: int = 0, stop: int | None = None) -> npt.NDArray[np.floating[Any]]:
        """(sample, category) logits of a run of samples; NaN where a sample was skipped."""
        stored = self._stored(LOGITS)
        return stored.rows(start, stored.shape[0] if stop is None else stop)

    def thumbnail(self, position: int) -> tuple[bytes, str]:
        """A sample's thumbnail and its media type; `NotInStudy` for a sample that is no image."""
        thumbnail = self.samples.thumbnail(position)
        return thumbnail, media_type(thumbnail)

    def require_responses(self) -> None:
        """Raises `NotInStudy` where only summaries were kept."""
        if not self.keeps_responses:
            raise NotInStudy(
                f'{self.name!r} was recorded with keep="summaries", so single responses are not there. '
                'Record it with keep="responses" to see them.'
            )

    def _stored(self, path: str) -> StoredArray:
        self.require_responses()
        if path not in self._arrays:
            self._arrays[path] = StoredArray(self.folder / RESPONSES / path)
        return self._arrays[path]

    def _read_summary(self, layer: str, name: str) -> Summary:
        sizes = {"unit": self.layer(layer).units, "category": self.plan.categories}
        with folder_to_read(self.folder / SUMMARIES / folder_name(layer) / name) as folder:
            fields = [path.name for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
            return from_arrays(name, {field: StoredArray(folder / field).all() for field in fields}, sizes)
