"""The layers of a model that give a map."""

from __future__ import annotations

import math

import torch
from torch import nn

from shiftscope.model.survey.layer_choice import ListedLayer, list_layers


def map_layers(model: nn.Module, inputs: torch.Tensor) -> tuple[list[str], dict[str, ListedLayer]]:
    """Names of all layers, and those of several places, maps and tokens, in the order of the model's modules."""
    listed = list_layers(model, inputs)
    mapped = {each.name: each for each in listed if each.units and _places(each) > 1}
    return [each.name for each in listed], mapped


def _places(layer: ListedLayer) -> int:
    assert layer.units is not None
    if len(layer.shapes[0]) < 2 or len(layer.shapes) > 1:
        return 0
    return math.prod(layer.shapes[0]) // layer.units - layer.prefix_tokens
