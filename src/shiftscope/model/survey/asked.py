"""Which modules are meant by what the user asks for: known from their names, before the model runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from torch import nn

from shiftscope.model.module_names import matching, named_modules
from shiftscope.model.survey.layer import Layer

MAPS = (nn.Linear, nn.Conv2d)


def asked_layers(model: nn.Module, asked: Sequence[Layer | str]) -> list[Layer]:
    """One layer for each module that is named; a glob names several.

    Raises
    ------
    LayerNotFound
        A name or glob that matches no module.
    LayerError
        Text that cannot be read.
    """
    modules = named_modules(model)
    return [
        dataclasses.replace(layer, name=name)
        for request in asked
        for layer in [Layer.parse(request, modules) if isinstance(request, str) else request]
        for name in matching(layer.name, model, modules)
    ]


def asked_maps(model: nn.Module, asked: Sequence[str]) -> dict[str, Layer]:
    """By the name of each linear map that is named, how what enters it is to be read.

    Raises
    ------
    LayerNotFound
        A name or glob without a linear map; the message lists those that there are.
    LayerError
        Text that cannot be read.
    """
    there = [name for name, module in named_modules(model).items() if isinstance(module, MAPS)]
    all_there = (
        f"Paths are those of nn.Linear and nn.Conv2d modules: {', '.join(there) or 'this model has none'}."
    )
    return {
        name: layer
        for layer in [Layer.parse(text, there) for text in asked]
        for name in matching(layer.name, model, there, what="linear map", all_there=all_there)
    }
