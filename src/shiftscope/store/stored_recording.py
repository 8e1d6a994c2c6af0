"""One finished recording, read as pages need it."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import NO_LABEL
from shiftscope.counted import counted
from shiftscope.datasets.pictures.thumbnails import media_type
from shiftscope.errors import NotInStudy, ShiftscopeError, StudyDamaged
from shiftscope.model.map_geometry import Box, MapGeometry
from shiftscope.model.recorded_layer import RecordedLayer, layer_named
from shiftscope.shard import StoredType
from shiftscope.short_html import Strip, html_table, paragraph
from shiftscope.store.disk.atomic import read_json
from shiftscope.store.disk.containment import within
from shiftscope.store.disk.local_copy import folder_to_read
from shiftscope.store.formats.arrays import StoredArray
from shiftscope.store.formats.samples import Samples
from shiftscope.store.layout import SAMPLES, check_format
from shiftscope.store.places import Orientation, RecordingPlace
from shiftscope.store.plan import Plan
from shiftscope.summaries.summary import Summary, from_arrays, name_of, shapes_of
from shiftscope.summaries.top_samples import TopSamples
from shiftscope.summaries.twin_effects import TwinEffects

S = TypeVar("S", bound=Summary)
P = ParamSpec("P")
R = TypeVar("R")


def _says_whose(method: Callable[Concatenate[Recording, P], R]) -> Callable[Concatenate[Recording, P], R]:
    """Damage that is found by a method of a recording is that dataset's."""

    @wraps(method)
    def told(self: Recording, /, *given: P.args, **named: P.kwargs) -> R:
        try:
            return method(self, *given, **named)
        except StudyDamaged as error:
            error.dataset = self.name
            raise

    return told


@dataclass(frozen=True)
class Rounded:
    """What float16 took from a layer's responses."""

    samples: int  # whose responses were counted; in recordings of before only the first ones
    to_zero: int  # responses to these that became 0 and were not
    compared: int  # samples whose digits were compared: the first ones
    subnormal: int  # responses to these that have fewer digits


class Recording:
    """Responses of the study's model to one dataset.

    Cheap to make: arrays are opened when asked for, single rows and columns are read from disk.
    """

    def __init__(self, place: RecordingPlace) -> None:
        self.name, self.folder, self.place = place.dataset, place.folder, place
        described = read_json(place.description, "a recording")
        check_format(place.description, described)
        try:
            self.complete = bool(described["complete"])
            self.content = str(described.get("content", ""))  # recordings from before it was kept have none
            self.plan = Plan.of(described)
            self._rounding, self._to_zero = described.get("rounding", {}), described.get("to_zero")
            self._maps: Mapping[str, Any] = dict(described.get("maps", {}).items())
            self.recorded = {layer.name: layer for layer in self.plan.layers}
        except (KeyError, TypeError, ValueError, AttributeError, ShiftscopeError) as error:
            raise StudyDamaged(f"{place.description} does not describe a recording: {error!r}.") from error
        self.derived: Mapping[str, Recording] = {}  # codes of these responses, by the names of derived layers
        self._responses = lru_cache(maxsize=None)(self._open_responses)
        self._summary = lru_cache(maxsize=64)(self._read_summary)

    def __repr__(self) -> str:
        layers = ", ".join(f"{layer.name} ({counted(layer.units, 'unit')})" for layer in self.plan.layers)
        return f"Recording {self.name!r}: {self.in_words}; layers {layers}"

    def _repr_html_(self) -> str:
        return paragraph(repr(self)) + html_table((), [[self.strip()]])

    def strip(self, most: int = 8) -> Strip:
        """The first pictures of those that can be shown, in a row."""
        found = []
        for position in range(min(most, len(self.samples))):
            with contextlib.suppress(ShiftscopeError):  # no picture, or one that cannot be read
                found.append((*self.thumbnail(position), f"sample {position}"))
        return Strip(found)

    @property
    def layers(self) -> dict[str, RecordedLayer]:
        """Recorded layers by name, then the derived ones."""
        return self.recorded | {name: codes.recorded[name] for name, codes in self.derived.items()}

    def holding(self, layer: str) -> Recording:
        """Where a layer's responses are: here, or among the codes of a derived one; `NotInStudy` for neither."""
        return self.derived.get(self.layer(layer).name, self)

    def stored_type(self, layer: str) -> StoredType:
        """Of a layer's responses on disk."""
        return self.holding(layer).plan.stored_type(layer)

    @property
    def in_words(self) -> str:
        """Number of samples and of those without a label, and the share of the labelled ones classified right."""
        labels, predictions = self.samples.labels, self.samples.predictions
        known = (labels != NO_LABEL) & (predictions != NO_LABEL)
        right = f", accuracy {100 * (labels == predictions)[known].mean():.1f} %" if known.any() else ""
        without = len(labels) - int((labels != NO_LABEL).sum()) - self.samples.skipped
        return f"{counted(len(self.samples), 'sample')}{right}{f', {without} without a label' if without > 0 else ''}"

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
    @_says_whose
    def samples(self) -> Samples:
        """Everything kept of each sample but its responses; checked against the plan when first read."""
        samples = Samples(self.place.all_samples(self.plan.shard_count), self.name)
        categories = self.plan.categories
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

    @_says_whose
    def summary(self, layer: str, kind: type[S]) -> S:
        """A summary of all samples shown: `recording.summary("fc", Maxima)`."""
        return self.holding(layer)._summary(layer, name_of(kind))  # type: ignore[return-value]

    @_says_whose
    def twin_effects(self, layer: str) -> TwinEffects | None:
        """Sums over the pairs of a sample and its twin; None where they were not made, as where the single responses
        are there."""
        held, name = self.holding(layer), name_of(TwinEffects)
        if held.keeps_responses or not held.place.summary(layer, name).is_dir():
            return None
        return held._summary(layer, name)  # type: ignore[return-value]

    def layer(self, name: str) -> RecordedLayer:
        return layer_named(name, self.layers)

    @_says_whose
    def rounded(self, layer: str) -> Rounded:
        """All zero of a layer that is not stored in float16."""
        held = self.holding(layer)
        try:
            first = held._rounding.get("layers", {}).get(layer, {})
            compared = held._rounding.get("samples", 0) if first else 0
            samples, to_zero = compared, first.get("to_zero", 0)
            if held._to_zero is not None and layer in held._to_zero["layers"]:
                samples, to_zero = held._to_zero["samples"], held._to_zero["layers"][layer]
            told = samples, to_zero, compared, first.get("subnormal", 0)
        except (AttributeError, KeyError, TypeError):
            told = (None,) * 4
        if not all(type(number) is int and number >= 0 for number in told):
            raise StudyDamaged(f"{self.place.description} does not say what was rounded; record it again.")
        return Rounded(*told)

    @_says_whose
    def map_geometry(self, layer: str) -> MapGeometry | None:
        """Where the places of a layer's map lie in the picture; None of one without a map, or where it is not known."""
        self.layer(layer)
        try:
            return MapGeometry.from_json(self._maps[layer]) if layer in self._maps else None
        except (KeyError, TypeError, ValueError) as error:
            raise StudyDamaged(
                f"{self.place.description} does not say where the map of {layer!r} lies: {error!r}; record it again."
            ) from error

    @_says_whose
    def strongest_box(self, layer: str, unit: int, rank: int) -> Box | None:
        """Where in its picture the sample of this rank moves a unit most; None where that is not known."""
        geometry = self.map_geometry(layer)
        top = self.summary(layer, TopSamples)
        place = [int(values[rank, unit]) for values in top.places().values()]
        if geometry is None or not place or min(place) < 0:
            return None
        row, column = place if len(place) == 2 else divmod(place[0], geometry.grid[1])
        return geometry.box(row, column)

    @_says_whose
    def unit_responses(self, layer: str, unit: int) -> npt.NDArray[np.floating[Any]]:
        """(sample,) responses of one unit to every sample; NaN where a sample was skipped."""
        self.layer(layer).check(unit)
        return self.by_unit(layer).row(unit)

    @_says_whose
    def sample_responses(self, layer: str, position: int) -> npt.NDArray[np.floating[Any]]:
        """(unit,) responses of a layer to one sample."""
        return self.by_sample(layer).row(self.samples.check(position))

    @_says_whose
    def responses(self, layer: str, start: int = 0, stop: int | None = None) -> npt.NDArray[np.floating[Any]]:
        """(sample, unit) responses of a run of samples."""
        return self.by_sample(layer).rows(start, self.plan.samples if stop is None else stop)

    @_says_whose
    def responses_at(self, layer: str, positions: Sequence[int]) -> npt.NDArray[np.floating[Any]]:
        """(sample, unit) responses to some samples, in the order given."""
        described = self.layer(layer)
        if not positions:  # also of a recording that keeps summaries alone
            return np.empty((0, described.units))
        return self.by_sample(layer).rows_at([self.samples.check(position) for position in positions])

    @_says_whose
    def logits(self, position: int) -> npt.NDArray[np.floating[Any]]:
        """(category,) logits of one sample."""
        return self.stored_logits().row(self.samples.check(position))

    @_says_whose
    def logits_of(self, start: int = 0, stop: int | None = None) -> npt.NDArray[np.floating[Any]]:
        """(sample, category) logits of a run of samples; NaN where a sample was skipped."""
        return self.stored_logits().rows(start, self.plan.samples if stop is None else stop)

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

    def by_sample(self, layer: str) -> StoredArray:
        """(sample, unit) responses on disk."""
        return self.holding(layer)._responses(layer, "by_sample")

    def by_unit(self, layer: str) -> StoredArray:
        """(unit, sample), the same turned, on disk."""
        return self.holding(layer)._responses(layer, "by_unit")

    def stored_logits(self) -> StoredArray:
        """(sample, category) logits on disk."""
        return self._logits

    @cached_property
    def _logits(self) -> StoredArray:
        self.require_responses()
        return StoredArray(self.place.logits, (self.plan.samples, self.plan.categories))

    def _open_responses(self, layer: str, orientation: Orientation) -> StoredArray:
        self.require_responses()
        samples, units = self.plan.samples, self.recorded[layer].units
        shape = (samples, units) if orientation == "by_sample" else (units, samples)
        return StoredArray(self.place.responses(layer, orientation), shape)

    def _read_summary(self, layer: str, name: str) -> Summary:
        sizes = {
            "unit": self.layer(layer).units,
            "category": self.plan.categories,
            "sample": self.plan.samples,
        }
        with folder_to_read(self.place.summary(layer, name)) as folder:
            arrays = {
                field: StoredArray(within(folder, folder / field), shape).all()
                for field, shape in shapes_of(name, sizes).items()
                if (folder / field).is_dir()
            }
        return from_arrays(name, arrays, sizes)
