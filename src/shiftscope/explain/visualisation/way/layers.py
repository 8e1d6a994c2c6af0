"""Which layers a model runs, and what one of them gives on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from shiftscope.errors import LayerError, NotInStudy, closest

SHARE = 0.25  # of the way through the model


def early_layer(model: nn.Module, run: Callable[[], Any]) -> str:
    """The name of the module a quarter of the way through those that give places before the run ends.

    Raises
    ------
    LayerError
        No module gives places.
    """
    names = list(_places(model, run))
    return names[int(SHARE * len(names))]


def late_layer(model: nn.Module, run: Callable[[], Any]) -> str:
    """The name of the last module that gives several places before the run ends; raises as `early_layer`."""
    places = _places(model, run)
    several = [name for name, count in places.items() if count > 1]
    return (several or list(places))[-1]


def _places(model: nn.Module, run: Callable[[], Any]) -> dict[str, int]:
    """How many places the modules give that give any, in the order in which they run."""
    found: dict[str, int] = {}
    handles = [
        module.register_forward_hook(_noting(name, found))
        for name, module in model.named_modules()
        if name and not any(module.children())
    ]
    try:
        with torch.no_grad():
            run()
    finally:
        for handle in handles:
            handle.remove()
    if not found:
        raise LayerError(
            "no module before the unit gives a map; name one that gives numbers, as early_layer= or late_layer=."
        )
    return found


def with_output(
    model: nn.Module, layer: str, run: Callable[[], torch.Tensor]
) -> tuple[torch.Tensor, torch.Tensor]:
    """What a run gives, and what the module of that name gave in it, with its graph.

    Raises
    ------
    NotInStudy
        No such module.
    LayerError
        It does not run before the unit is known.
    """
    modules = dict(model.named_modules())
    if layer not in modules:
        raise NotInStudy(f"no module named {layer!r}; closest: {closest(layer, modules)}.")
    kept: list[torch.Tensor] = []

    def keep(module: nn.Module, arguments: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor) and not kept:
            kept.append(output.clone())  # a module behind may work on it in place

    handle = modules[layer].register_forward_hook(keep)
    try:
        given = run()
    finally:
        handle.remove()
    if not kept:
        raise LayerError(f"{layer} gives no tensor before the unit is known; name an earlier module.")
    return given, kept[0]


def _noting(name: str, found: dict[str, int]) -> Callable[..., None]:
    def note(module: nn.Module, arguments: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor) and output.ndim >= 3:
            found.setdefault(name, output.shape[2:].numel() if output.ndim > 3 else output.shape[1])

    return note
