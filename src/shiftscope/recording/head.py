"""The linear map that turns one recorded layer into the logits, when the model ends in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from shiftscope.recording.hooks import Taps
from shiftscope.recording.linear_map import LinearMap
from shiftscope.recording.linear_maps import weights_of
from shiftscope.recording.model import observed
from shiftscope.recording.output import logits_in
from shiftscope.recording.recorded_layer import RecordedLayer


def find_head(model: nn.Module, layers: Sequence[RecordedLayer], inputs: torch.Tensor) -> LinearMap | None:
    """The `nn.Linear` whose input is a recorded layer's responses and whose output is the logits.

    Found by running it: a layer qualifies when its responses equal what the linear map was given.
    """
    given: list[tuple[nn.Linear, torch.Tensor, torch.Tensor]] = []
    names = {module: name for name, module in model.named_modules() if isinstance(module, nn.Linear)}

    def keep(module: nn.Module, arguments: Any, output: Any) -> None:
        if isinstance(module, nn.Linear) and arguments:
            given.append((module, arguments[0].clone(), output.clone()))

    handles = [module.register_forward_hook(keep) for module in names]
    try:
        with observed(model), Taps(model, layers) as taps:
            logits = logits_in(model(inputs))
            responses = taps.take()
    finally:
        for handle in handles:
            handle.remove()
    for module, entered, left in reversed(given):
        if left.shape != logits.shape or not _same_answer(left, logits):
            continue
        for layer in layers:
            response = responses[layer.name]
            if response.shape == entered.shape and torch.allclose(
                response.float(), entered.float(), rtol=1e-4
            ):
                weight, bias = weights_of(module)
                return LinearMap(names[module], layer.name, weight, bias)
    return None


def _same_answer(left: torch.Tensor, logits: torch.Tensor) -> bool:
    """Equal, or equal but for a log-softmax behind the linear map."""
    return torch.allclose(torch.log_softmax(left.float(), 1), torch.log_softmax(logits.float(), 1), atol=1e-5)
