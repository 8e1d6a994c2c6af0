"""What a kind of unit promises: which outputs it fits, and how each becomes one number a sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shiftscope.registry import Registry

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Axes:
    """Where in an output the units lie, and what stands before the tokens that see the image."""

    channel: int = 1  # axis of a map's channels: 1 in (sample, channel, row, column), -1 in channels-last
    prefix_tokens: int = 0  # class, distillation and register tokens in front of the patch tokens


Pool = Callable[["torch.Tensor", Axes], "torch.Tensor"]
Places = Callable[["torch.Tensor", Axes, str], "torch.Tensor"]


@dataclass(frozen=True)
class UnitKind:
    """One way to read units off a layer's output; `pools` holds the default first."""

    name: str
    fits: Callable[[int, int], bool]  # the number of axes, the samples' among them, and the units' axis
    pools: Mapping[str, Pool]
    unit_axis: Callable[[Axes], int]  # of an output
    places: Places  # (sample, unit, ...) view of the numbers that a pooling reads


unit_kinds: Registry[UnitKind] = Registry("unit kind", "shiftscope.model.units")


def register(kind: UnitKind) -> UnitKind:
    return unit_kinds.register(kind.name, kind)
