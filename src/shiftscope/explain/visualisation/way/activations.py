"""What the layers before a unit give for pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from shiftscope.explain.attribution.function import Function
from shiftscope.model.output import tensor_in
from shiftscope.model.recorded_layer import RecordedLayer

LIVE = 4  # modules that are followed where no recorded layer stands before the unit
ENTRIES = 2**15  # of an activation that are compared, at most, drawn once for all pictures


@dataclass(frozen=True)
class Place:
    """Where an activation is read."""

    name: str
    module: str
    call: int = 0
    item: str | int | None = None


def places_before(
    function: Function, inputs: torch.Tensor, recorded: Sequence[RecordedLayer], own: str
) -> list[Place]:
    """Recorded layers that run before the unit is known, in that order; where there are none, modules spread evenly.

    Parameters
    ----------
    own
        The module that the unit is read from; empty for the answer, then the last one to run is left out.
    """
    order: list[str] = []

    def note(name: str, call: int, output: Any) -> None:
        if name not in order:
            order.append(name)

    with _hooked(function.model, dict(function.model.named_modules()), note):
        function.values(inputs, torch.arange(len(inputs), device=inputs.device))
    ended = [name for name in order if name]
    left_out = own or (ended[-1] if ended else "")
    before = [name for name in ended if name != left_out and not name.startswith(f"{left_out}.")]
    layers = sorted(
        (layer for layer in recorded if layer.side == "output" and layer.module in before),
        key=lambda layer: before.index(layer.module),
    )
    if layers:
        return [Place(layer.name, layer.module, layer.call, layer.item) for layer in layers]
    leaves = [name for name in before if not any(function.model.get_submodule(name).children())]
    spread = np.unique(np.linspace(0, len(leaves) - 1, min(LIVE, len(leaves))).round().astype(int))
    return [Place(leaves[at], leaves[at]) for at in spread]


def activations(
    function: Function, inputs: torch.Tensor, places: Sequence[Place], *, seed: int
) -> list[npt.NDArray[np.float32]]:
    """(sample, entry) of each place, in as many passes as `function.rows` makes of them."""
    by_module: dict[str, list[int]] = {}
    for number, place in enumerate(places):
        by_module.setdefault(place.module, []).append(number)
    found: list[list[npt.NDArray[np.float32]]] = [[] for _ in places]

    def keep(name: str, call: int, output: Any) -> None:
        for number in by_module[name]:
            place = places[number]
            if place.call == call:
                flat = tensor_in(output, place.item, place.name).detach().flatten(1)
                found[number].append(_some(flat, seed).float().cpu().numpy())

    for some in inputs.split(function.rows):  # type: ignore[no-untyped-call]
        with _hooked(function.model, by_module, keep):
            function.values(some, torch.arange(len(some), device=some.device))
    return [np.concatenate(blocks) for blocks in found]


def _some(flat: torch.Tensor, seed: int) -> torch.Tensor:
    if flat.shape[1] <= ENTRIES:
        return flat.clone()  # a module behind may work on it in place
    drawn = np.random.default_rng(seed).choice(flat.shape[1], ENTRIES, replace=False)
    return flat[:, torch.from_numpy(np.sort(drawn)).to(flat.device)]


@contextmanager
def _hooked(
    model: nn.Module, names: Sequence[str] | dict[str, Any], seen: Callable[[str, int, Any], None]
) -> Iterator[None]:
    """Inside, what these modules give is shown, with the number of the call."""
    calls: dict[str, int] = {}

    def hook(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def show(module: nn.Module, arguments: Any, output: Any) -> None:
            call = calls.get(name, 0)
            calls[name] = call + 1
            seen(name, call, output)

        return show

    handles = [model.get_submodule(name).register_forward_hook(hook(name)) for name in names]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
