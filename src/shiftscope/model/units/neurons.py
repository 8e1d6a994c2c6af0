"""Neurons: a layer that already gives one number a unit, (sample, unit)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiftscope.model.units.kind import Axes, UnitKind, register

if TYPE_CHECKING:
    import torch


def as_it_is(output: torch.Tensor, axes: Axes) -> torch.Tensor:
    # A copy: an in-place ReLU after the hook must not change what is kept.
    return output.clone()


register(
    UnitKind(
        "neuron",
        fits=lambda axes, units: axes == 2,
        pools={"none": as_it_is},
        unit_axis=lambda axes: 1,
        places=lambda output, axes, pool: output,
    )
)
