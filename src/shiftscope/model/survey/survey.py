"""One first look at a model: a forward pass over a few samples, from which all that is asked of it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from shiftscope.model.beside_weights import Told, beside_weights
from shiftscope.model.entering import weights_of
from shiftscope.model.evaluation.evaluation import observed
from shiftscope.model.forward import forward
from shiftscope.model.linear_map import Weights
from shiftscope.model.module_names import named_modules
from shiftscope.model.survey.asked import asked_layers, asked_maps
from shiftscope.model.survey.following import Following
from shiftscope.model.survey.layer import Layer

Calls = dict[str, list[Any]]  # what is kept of each call, by the name of the module


@dataclass(frozen=True)
class Survey:
    """What a model did with a few inputs; of modules that were not asked for, nothing is kept."""

    model: nn.Module
    inputs: torch.Tensor  # (sample, ...)
    autocast: str  # type of the `torch.autocast` that it ran under; empty for what was around it
    layers: Sequence[Layer]  # asked for, one for each module
    maps: Mapping[str, Layer]  # linear maps asked for, and how what enters each is to be read
    output: Any  # of the model
    returned: Mapping[str, Sequence[Any]]  # copies of each call's output, of the modules of `layers`
    entered: Mapping[str, Sequence[tuple[Any, ...]]]  # copies of each call's arguments, of `maps`
    weights: Mapping[str, tuple[Weights, Weights | None]]  # of `maps`, as the pass used them
    following: Following  # of the operations, where layers or maps were asked for
    beside_before: Told  # what stood beside the weights

    @classmethod
    def of(
        cls,
        model: nn.Module,
        inputs: torch.Tensor,
        *,
        layers: Sequence[Layer | str] = (),
        paths: Sequence[str] = (),
        autocast: str = "",
    ) -> Survey:
        """Run the model once over `inputs` (sample, ...).

        Parameters
        ----------
        layers, paths
            Names or globs of the modules whose outputs, and of the linear maps whose inputs, are to be read.
        autocast
            Type of `torch.autocast` to compute in; empty for none but what is around the call.

        Raises
        ------
        LayerNotFound, LayerError
            As `asked_layers` and `asked_maps`, before the model runs.
        ModelError
            The model cannot run on these inputs.
        """
        maps, asked = asked_maps(model, paths), asked_layers(model, layers)
        before, following = beside_weights(model), Following(inputs)
        returned: Calls = {layer.name: [] for layer in asked}
        entered: Calls = {name: [] for name in maps}
        with observed(model):
            with _followed(model, following, returned, entered):
                output = forward(model, inputs, autocast)
            weights = {name: weights_of(model.get_submodule(name)) for name in maps}
        return cls(
            model, inputs, autocast, asked, maps, output, returned, entered, weights, following, before
        )

    def beside_weights(self) -> Told:
        """What stands beside the weights, and no pass since has changed: that would be a cache."""
        now = beside_weights(self.model)
        return {name: told for name, told in self.beside_before.items() if now.get(name) == told}


@contextmanager
def _followed(model: nn.Module, following: Following, returned: Calls, entered: Calls) -> Iterator[None]:
    """Inside, operations are followed, and each call of the modules in `returned` and `entered` is kept there."""
    if not returned and not entered:
        yield  # nobody asks
        return

    def keep(name: str) -> Any:
        def kept(module: nn.Module, arguments: tuple[Any, ...], output: Any) -> None:
            following.made_by(module, output)
            if name in returned:
                returned[name].append(_copied(output))

        return kept

    def enter(name: str) -> Any:
        return lambda module, arguments: entered[name].append(_copied(arguments))

    named = named_modules(model)
    handles = [module.register_forward_hook(keep(name)) for name, module in named.items()]
    handles += [named[name].register_forward_pre_hook(enter(name)) for name in entered]
    try:
        with following:
            yield
    finally:
        for handle in handles:
            handle.remove()


def _copied(output: Any) -> Any:
    """Copies of tensors, so that layers that work in place change none of them."""
    if isinstance(output, torch.Tensor):
        return output.clone()
    if isinstance(output, Mapping):
        return {key: _copied(value) for key, value in output.items()}
    if type(output) in (tuple, list):
        return type(output)(_copied(value) for value in output)
    return output
