"""A model as it was before it had learned anything."""

from __future__ import annotations

import copy

import torch
from torch import nn

from shiftscope.errors import ModelError
from shiftscope.model.evaluation.kept_randomness import kept_randomness


def untrained(model: nn.Module, *, seed: int = 0) -> nn.Module:
    """A copy whose weights are randomised, by each module's own `reset_parameters`; what is learned from no data.

    Raises
    ------
    ModelError
        Parameters or running statistics of a module that has no `reset_parameters`.
    """
    drawn = copy.deepcopy(model)
    with kept_randomness(torch.device("cpu")):
        torch.manual_seed(seed)
        for name, module in drawn.named_modules():
            reset = getattr(module, "reset_parameters", None)
            if callable(reset):
                reset()
            elif any(True for _ in module.parameters(recurse=False)):
                raise ModelError(
                    f"{type(module).__name__} {name!r} has parameters and no reset_parameters: make an untrained "
                    "model by its own constructor."
                )
    return drawn
