"""Taps on a model's layers: put in for a pass, pooled at once, always taken out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

import torch
from torch import nn

from shiftscope.errors import LayerError
from shiftscope.model.entering import entering_of
from shiftscope.model.output import pooled, tensor_in
from shiftscope.model.recorded_layer import RecordedLayer

See = Callable[[RecordedLayer, torch.Tensor, torch.Tensor], None]


class Taps:
    """A context in which each forward pass leaves the (sample, unit) responses of the chosen layers.

    The pooled copy is all that is kept, and only until it is taken: no graph, no map, no batch. `see`, where it is set,
    is shown each layer's output beside its responses.
    """

    def __init__(self, model: nn.Module, layers: Sequence[RecordedLayer]) -> None:
        self._modules = dict(model.named_modules())
        self._layers = layers
        self._handles: list[torch.utils.hooks.RemovableHandle] = []
        self._responses: dict[str, torch.Tensor] = {}
        self._calls: dict[str, int] = {}
        self.see: See | None = None

    def __enter__(self) -> Taps:
        for layer in self._layers:
            self._handles.append(self._modules[layer.module].register_forward_hook(self._hook(layer)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
        self._responses.clear()  # of a pass that broke off

    def take(self) -> dict[str, torch.Tensor]:
        """Responses of the pass just made, by layer name; the taps are empty again afterwards."""
        taken = dict(self._responses)
        self._responses.clear()
        self._calls.clear()
        refuse_not_run([layer.name for layer in self._layers if layer.name not in taken])
        return taken

    def _hook(self, layer: RecordedLayer) -> Callable[..., None]:
        def keep(module: nn.Module, arguments: Any, output: Any) -> None:
            call = self._calls.get(layer.name, 0)
            self._calls[layer.name] = call + 1
            if call == layer.call:
                read = tensor_in(
                    entering_of(module, arguments, output, layer.side), layer.item, layer.module
                ).detach()
                self._responses[layer.name] = pooled(read, layer)
                if self.see is not None:
                    self.see(layer, read, self._responses[layer.name])

        return keep


def refuse_not_run(layers: Sequence[str]) -> None:
    """Raise `LayerError` where there are any."""
    if layers:
        raise LayerError(
            f"layers {list(layers)} did not run in this forward pass, though they did in the first one."
        )
