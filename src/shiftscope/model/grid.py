"""The grid of places that a layer's units are read off, where that is a map or a row of tokens."""

from __future__ import annotations

import math

import torch

from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.units.kind import unit_kinds


def grid_of(layer: RecordedLayer) -> tuple[int, ...]:
    """(rows, columns), or the number of places in a row; empty where a unit is read off one place, or off more axes."""
    if layer.side != "output":
        return ()
    output = torch.empty((1, *layer.shape), device="meta")
    grid = tuple(unit_kinds[layer.kind].places(output, layer.axes, layer.pool).shape[2:])
    return grid if len(grid) in (1, 2) and math.prod(grid) > 1 else ()
