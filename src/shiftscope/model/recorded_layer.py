"""A layer as a study records it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shiftscope.errors import NotInStudy, closest
from shiftscope.model.units.kind import Axes
from shiftscope.typed import check_types

Side = Literal["output", "input", "patches", "derived"]
# By which a pooled direction is the direction of what is pooled.
LINEAR_POOLS = ("none", "mean", "center", "cls")


@dataclass(frozen=True)
class RecordedLayer:
    """A layer as it is recorded: everything about it decided, so that it can be stored and done again."""

    name: str  # in the study
    module: str  # in the model; of a derived layer the one behind it
    module_type: str
    kind: str
    pool: str
    units: int
    shape: tuple[int, ...]  # of the module's output, without the batch axis
    item: str | int | None
    call: int
    rectify: bool
    channel_axis: int
    prefix_tokens: int
    # Or what enters the module, the mean patch that enters a convolution, or codes of the layer behind it.
    side: Side = "output"

    @property
    def axes(self) -> Axes:
        return Axes(self.channel_axis, self.prefix_tokens)

    @property
    def behind(self) -> str:
        """The recorded layer that a derived one is computed from; empty for one that was recorded."""
        return self.module if self.side == "derived" else ""

    @property
    def pooled_linearly(self) -> bool:
        return self.pool in LINEAR_POOLS

    @property
    def read_as(self) -> str:
        """What one unit is, and how a map or token sequence became one number."""
        if self.side == "patches":
            return "weight of a kernel, mean over positions"
        if self.side == "derived":
            return f"feature of {self.behind}"
        return self.kind if self.pool == "none" else f"{self.kind}, {self.pool} pooling"

    @property
    def has_positions(self) -> bool:
        """Whether there is more of a sample than one number a unit."""
        return not (self.kind == "neuron" or self.pool == "cls" or self.side == "patches")

    def check(self, unit: int) -> int:
        """`unit` itself; raises `NotInStudy` where the layer has no such unit."""
        if not 0 <= unit < self.units:
            raise NotInStudy(
                f"no unit {unit} in layer {self.name!r}, which has {self.units}, from 0 to {self.units - 1}."
            )
        return unit

    def as_json(self) -> dict[str, Any]:
        entry = dataclasses.asdict(self)
        if self.side == "output":  # as in studies from before there was another
            del entry["side"]
        return entry

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> RecordedLayer:
        """Raises KeyError, TypeError or ValueError for what is no layer."""
        layer = cls(**{**entry, "shape": tuple(entry["shape"])})
        check_types(layer)
        if not 0 < layer.units < 2**31:
            raise ValueError(f"a layer {layer.name!r} of {layer.units!r} units")
        return layer


def layer_named(name: str, layers: Mapping[str, RecordedLayer]) -> RecordedLayer:
    """A recorded layer; raises `NotInStudy` naming the nearest."""
    if name not in layers:
        raise NotInStudy(
            f"no layer {name!r} in this study; closest: {closest(name, layers)}. "
            f"Recorded are {', '.join(layers) or 'none yet'}."
        )
    return layers[name]
