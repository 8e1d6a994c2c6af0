"""What a layer says at its positions, while the model runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from shiftscope.model.entering import entering_of
from shiftscope.model.output import tensor_in
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.replacing import Replacing
from shiftscope.model.terms import positions_of


class ReadPositions(Replacing):
    """A context in which each forward pass hands on the (sample, unit, ...) numbers of a layer at its positions."""

    def __init__(self, model: nn.Module, layer: RecordedLayer, see: Callable[[torch.Tensor], None]) -> None:
        super().__init__(model, layer, lambda output: None)
        self._see = see

    def _at(self, module: nn.Module, arguments: Any, output: Any) -> None:
        given = entering_of(module, arguments, output, self._layer.side)
        self._see(positions_of(tensor_in(given, self._layer.item, self._layer.module).detach(), self._layer))
