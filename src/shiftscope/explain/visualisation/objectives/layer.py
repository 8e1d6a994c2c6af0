"""All of a layer."""

from __future__ import annotations

import torch

from shiftscope.explain.visualisation.objective import objective_named
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.target import Direction
from shiftscope.model.terms import Term


@objective_named("layer")
def layer(layer: RecordedLayer) -> list[Term]:
    """Mean square of everything that the layer gives.

    References
    ----------
    Mordvintsev, Olah & Tyka (2015), DeepDream.
    """

    def number(tensor: torch.Tensor) -> torch.Tensor:
        return tensor.flatten(1).square().mean(1)

    return [Term(layer, number, number, Direction(layer.name, ()))]
