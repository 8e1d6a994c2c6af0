"""The first forward pass, over a few samples: what each module was given and returned, and what is known of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from shiftscope.model.evaluation import observed
from shiftscope.model.following import Following
from shiftscope.model.forward import forward


@dataclass(frozen=True)
class FirstPass:
    """Copies of tensors, so that layers that work in place change none of them."""

    model: nn.Module
    samples: int
    following: Following
    entered: dict[str, list[tuple[Any, ...]]] = field(
        default_factory=dict
    )  # each call's arguments, by module
    returned: dict[str, list[Any]] = field(default_factory=dict)  # each call's output, by module


def first_pass(
    model: nn.Module, inputs: torch.Tensor, returning: Collection[str] = (), entering: Collection[str] = ()
) -> FirstPass:
    """Run the model once over `inputs` (sample, ...).

    Parameters
    ----------
    returning, entering
        Names of the modules whose outputs, and whose arguments, are kept.

    Raises
    ------
    ModelError
        The model cannot run on these inputs.
    """
    seen = FirstPass(model, len(inputs), Following(inputs))

    def keep(name: str) -> Any:
        def kept(module: nn.Module, arguments: tuple[Any, ...], output: Any) -> None:
            seen.following.made_by(module, output)
            if name in returning:
                seen.returned.setdefault(name, []).append(_copied(output))

        return kept

    def enter(name: str) -> Any:
        return lambda module, arguments: seen.entered.setdefault(name, []).append(_copied(arguments))

    named = dict(model.named_modules())
    handles = [module.register_forward_hook(keep(name)) for name, module in named.items() if name]
    handles += [named[name].register_forward_pre_hook(enter(name)) for name in entering]
    try:
        with observed(model), seen.following:
            forward(model, inputs)
    finally:
        for handle in handles:
            handle.remove()
    return seen


def _copied(output: Any) -> Any:
    if isinstance(output, torch.Tensor):
        return output.clone()
    if isinstance(output, Mapping):
        return {key: _copied(value) for key, value in output.items()}
    if type(output) in (tuple, list):
        return type(output)(_copied(value) for value in output)
    return output
