"""What a recording will hold, decided before the first batch."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from shiftscope.errors import BadRequest
from shiftscope.model.answer import Answer
from shiftscope.model.recorded_layer import RecordedLayer, layer_named
from shiftscope.shard import SHIFTS, Keep, StoredType
from shiftscope.store.layout import FORMAT, folder_name
from shiftscope.typed import as_whole_number, check_choice, check_types

MOST_SHARDS = 2**20  # 2**32 samples in shards of the usual size


@dataclass(frozen=True)
class TwinOf:
    """Which dataset's samples a dataset's own are twins of: made from the same originals."""

    dataset: str  # the name that it was recorded under
    by: str  # "id", or the column of the metadata that tells the original
    fingerprint: str  # of that dataset: of another one under its name nothing is a twin


@dataclass(frozen=True)
class Plan:
    """Everything that decides the content of a recording; two equal plans make equal recordings.

    Raises
    ------
    BadRequest
        A name that cannot be a folder, or an option that is none of its choices.
    """

    dataset: str
    samples: int
    layers: Sequence[RecordedLayer]
    categories: int
    stored_as: StoredType
    keep: Keep
    probabilities: bool  # whether the model's outputs are probabilities, kept as their logarithms
    fingerprint: str
    source: Mapping[str, Any]  # the dataset's own description
    model: Mapping[str, Any]
    shard_samples: int
    output: str | int | None = None  # the part of the model's output that is its answer
    autocast: str = ""  # type of the torch.autocast that it was recorded under
    format: int = FORMAT  # by whose rules the recording is made; stands beside the plan on disk
    stored_otherwise: Mapping[str, StoredType] = field(default_factory=dict)  # layers of another type
    twin_of: TwinOf | None = None

    def __post_init__(self) -> None:
        for name in (self.dataset, *(layer.name for layer in self.layers)):
            folder_name(name)
        check_choice("stored_as", self.stored_as, StoredType)
        check_choice("keep", self.keep, Keep)
        for name, stored_as in self.stored_otherwise.items():
            layer_named(name, {layer.name: layer for layer in self.layers})
            check_choice("stored_as", stored_as, StoredType)

    @property
    def answer(self) -> Answer:
        """What is taken for the model's answer."""
        return Answer(self.output, self.probabilities, self.autocast)

    @property
    def has_manifest(self) -> bool:
        """Whether the pictures were made of others, by shifts or cues."""
        return SHIFTS in self.source

    @property
    def rows(self) -> int:
        """Samples in one shard; small datasets are one shard without padding."""
        return min(self.shard_samples, self.samples)

    @property
    def shard_count(self) -> int:
        return -(-self.samples // self.rows)

    def shards(self) -> dict[int, range]:
        """Positions of the samples of each shard."""
        starts = range(0, self.samples, self.rows)
        return {i: range(start, min(start + self.rows, self.samples)) for i, start in enumerate(starts)}

    def samples_in(self, shard: int) -> int:
        return min(self.rows, self.samples - shard * self.rows)

    def bytes_needed(self, *, samples: bool = True) -> int:
        """What the recording will take on disk at most, thumbnails at 4 kB; less where it keeps no `samples`."""
        twice = sum(
            2 * layer.units * np.dtype(self.stored_type(layer.name)).itemsize for layer in self.layers
        )
        kept = twice + (self.categories * np.dtype(self.stored_as).itemsize if samples else 0)
        return self.samples * ((4096 if samples else 0) + (kept if self.keep == "responses" else 0))

    def stored_type(self, layer: str) -> StoredType:
        """Of a layer's responses; that of the logits is `stored_as`."""
        return self.stored_otherwise.get(layer, self.stored_as)

    @cached_property
    def digest(self) -> str:
        """Of all that decides the content; where the data lay does not count."""
        told = self.as_json()
        del told["source"]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        told = {**dataclasses.asdict(self), "layers": [layer.as_json() for layer in self.layers]}
        del told["format"]
        for option in (
            "output",
            "autocast",
            "stored_otherwise",
            "twin_of",
        ):  # as in recordings from before there were any
            if told[option] in (None, "", {}):
                del told[option]
        return told

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> Plan:
        """The plan in what a recording says of itself; raises KeyError, TypeError or ValueError where it is none."""
        entry = described["plan"]
        layers = [RecordedLayer.from_json(layer) for layer in entry["layers"]]
        twin_of = TwinOf(**entry["twin_of"]) if entry.get("twin_of") else None
        plan = cls(**{**entry, "layers": layers, "twin_of": twin_of, "format": described["format"]})
        check_types(plan)
        if twin_of:
            check_types(twin_of)
            folder_name(twin_of.dataset)
        if not all(0 < count < 2**32 for count in (plan.samples, plan.shard_samples, plan.categories)):
            raise ValueError(
                f"{plan.samples} samples in shards of {plan.shard_samples} and {plan.categories} categories"
            )
        if plan.shard_count > MOST_SHARDS:
            raise ValueError(f"{plan.shard_count:,} shards; a recording has at most {MOST_SHARDS:,}")
        return plan


def checked_shard_samples(given: int, samples: int) -> int:
    """`given` as a whole number that a recording of so many samples can have in a shard.

    Raises
    ------
    BadRequest
        No whole number, one below one, or one that makes too many shards of so many samples.
    """
    size, least = as_whole_number(given), max(1, -(-samples // MOST_SHARDS))
    if size is None or not least <= size < 2**32:
        raise BadRequest(
            f"shard_samples={given!r}; it is a whole number from {least:,} for {samples:,} samples to {2**32 - 1:,}."
        )
    return size
