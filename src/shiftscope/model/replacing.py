"""A model that runs with what one of its layers returns replaced."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import torch
from torch import nn

from shiftscope.model.output import tensor_in, with_tensor
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.units.kind import unit_kinds

Replace = Callable[[torch.Tensor], torch.Tensor]
ReplaceOutput = Callable[[Any], Any]


class Replacing:
    """A context in which a layer returns what `of` makes of its output; its hooks are always taken out."""

    def __init__(self, model: nn.Module, layer: RecordedLayer, of: ReplaceOutput) -> None:
        self._model, self._layer, self._of = model, layer, of
        self._handles: list[torch.utils.hooks.RemovableHandle] = []
        self._runs = 0  # of the module, in this forward pass

    def __enter__(self) -> Self:
        module = self._model.get_submodule(self._layer.module)
        self._handles = [
            self._model.register_forward_pre_hook(self._begin),
            module.register_forward_hook(self._replace),
        ]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def _begin(self, module: nn.Module, arguments: Any) -> None:
        self._runs = 0

    def _replace(self, module: nn.Module, arguments: Any, output: Any) -> Any:
        run, self._runs = self._runs, self._runs + 1
        return self._at(module, arguments, output) if run == self._layer.call else None

    def _at(self, module: nn.Module, arguments: Any, output: Any) -> Any:
        """What the layer returns in place of its output; None for the output itself."""
        return self._of(output)


def in_tensor(layer: RecordedLayer, of: Replace) -> ReplaceOutput:
    """What `of` makes of the tensor in a layer's output; all else in it stays."""

    def replace(output: Any) -> Any:
        tensor = tensor_in(output, layer.item, layer.module)
        return with_tensor(output, tensor, of(tensor))

    return replace


def places_of(tensor: torch.Tensor, layer: RecordedLayer) -> torch.Tensor:
    """(sample, unit, ...) view of the numbers of a layer's tensor that its units are read off."""
    return unit_kinds[layer.kind].places(tensor, layer.axes, layer.pool)


def added(tensor: torch.Tensor, rise: torch.Tensor, layer: RecordedLayer) -> torch.Tensor:
    """A copy of a layer's tensor with (sample, unit) numbers added wherever it is read."""
    changed = tensor.clone()
    places = places_of(changed, layer)
    places += rise.to(places).reshape(*rise.shape, *[1] * (places.ndim - 2))
    return changed
