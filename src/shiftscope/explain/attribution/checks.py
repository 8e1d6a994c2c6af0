"""What is looked at before the first map: whether samples are mixed, what cuts the gradient, how much fits."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from shiftscope.errors import BadRequest, ModelError
from shiftscope.explain.attribution.attribution import Attribution
from shiftscope.explain.attribution.function import Function
from shiftscope.typed import ordered

NO_RANGE = "give the range of the model's inputs, as range=(0, 1); shiftscope does not guess it."
MIXED = 1e-4  # relative difference above which a sample's value depends on what is beside it
MOST = 64  # points in a pass: more are no faster
SHARE = 0.25  # of the free memory
CACHED = 48 * 2**20  # bytes that the passes of a processor keep at most: what leaves its cache is slower


def refuse_lacking_axes(method: Attribution, shape: tuple[int, ...], *, filtered: bool) -> None:
    """Raise `BadRequest` for inputs without the axes that what is asked for needs, before anything is computed.

    Parameters
    ----------
    shape : of a sample
    filtered : whether the finest detail is to be taken out
    """
    if method.wavelets and len(shape) < 2:
        raise BadRequest(
            f"{method.name} takes inputs of channels and places; these are {shape} a sample. Give a series of one "
            f"channel as {(1, *shape)}."
        )
    if filtered and len(shape) != 3:
        raise BadRequest(f"low_pass filters maps of pictures; these inputs are {shape} a sample.")


def refuse_outside(inputs: torch.Tensor, limits: tuple[float, float]) -> None:
    """Raise `BadRequest` where inputs leave the range that was given, or it is none."""
    low, high = ordered(limits)
    room = 1e-6 * (high - low)
    least, most = float(inputs.min()), float(inputs.max())
    if most > high + room:
        raise BadRequest(
            f"inputs reach {most:g} but the range given ends at {high:g}; was the preprocessing applied twice?"
        )
    if least < low - room:
        raise BadRequest(
            f"inputs reach {least:g} but the range given starts at {low:g}; was the preprocessing applied twice?"
        )


def refuse_mixed(function: Function, inputs: torch.Tensor) -> None:
    """Raise `ModelError` where the value of the first sample, or of one unlike it, depends on the other beside it."""
    rows, points = _unlike(inputs)
    with torch.no_grad(), _first_tensors(function.model) as beside:
        together = function.once(points, rows)
    for place, row in enumerate(rows.tolist()):
        with torch.no_grad(), _first_tensors(function.model) as by_itself:
            alone = function.once(points[place : place + 1], rows[place : place + 1])
        for unit in range(function.units):
            a, b = float(alone[0, unit]), float(together[place, unit])
            if abs(a - b) <= MIXED * max(1.0, abs(a)) or math.isnan(a - b):
                continue
            mixing = _first_unlike(function, by_itself, beside, place)
            raise ModelError(
                f"sample {row} gets {a:g} alone and {b:g} beside another sample; {mixing} mixes the batch. Show each "
                "sample alone: internal_batch_size=1."
            )


def _unlike(inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """(2,) the first sample and one unlike it, or itself, and (2, ...) their points, halved where it is itself."""
    differs = (inputs != inputs[:1]).flatten(1).any(1).nonzero().flatten().tolist()
    rows = torch.tensor([0, differs[0] if differs else 0], device=inputs.device)
    points = inputs[rows]
    return rows, points if differs else torch.stack([points[0], points[1] / 2])


def where_cut(function: Function, points: torch.Tensor) -> str:
    """Which module gets a gradient's path and does not hand it on, as a sentence; empty where none does."""
    before, found = "the input", ""

    def look(module: nn.Module, arguments: Any, output: Any) -> None:
        nonlocal before, found
        had = any(each.requires_grad for each in _tensors(arguments))
        has = any(each.requires_grad for each in _tensors(output))
        name = function.module_names[id(module)]
        if has:
            before = name
        elif had and not found:
            found = f"{name} cuts the gradient ({before} has it, {name} does not pass it on)."

    with _hooked(function.model, look), torch.enable_grad():
        rows = torch.zeros(1, dtype=torch.long, device=points.device)
        function.once(points[:1].detach().clone().requires_grad_(), rows)
    return found


def rows_that_fit(function: Function, inputs: torch.Tensor) -> int:
    """How many points of a pass take a quarter of the memory that is free, and on a processor what its cache holds."""
    kept = 0

    def count(tensor: torch.Tensor) -> torch.Tensor:
        nonlocal kept
        kept += tensor.numel() * tensor.element_size()
        return tensor

    rows = torch.zeros(1, dtype=torch.long, device=inputs.device)
    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor), torch.enable_grad():
        function.once(inputs[:1].detach().clone().requires_grad_(), rows)
    each = 2 * kept + 4 * inputs[0].numel() * inputs.element_size() * (1 + function.units)
    room = SHARE * _free(inputs.device)
    if inputs.device.type == "cpu":
        room = min(room, CACHED)
    return max(1, min(MOST, int(room / max(1, each))))


def _free(device: torch.device) -> float:
    if device.type == "cuda":
        return float(torch.cuda.mem_get_info(device)[0])
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, OSError, ValueError):  # a system that does not say
        return 2e9


def _first_unlike(
    function: Function, alone: dict[int, torch.Tensor], beside: dict[int, torch.Tensor], place: int
) -> str:
    for module, first in alone.items():
        other = beside.get(module)
        if other is None or other.shape[1:] != first.shape[1:] or len(other) <= place or not len(first):
            continue
        if float((other[place] - first[0]).abs().max()) > MIXED * max(1.0, float(first[0].abs().max())):
            return function.module_names[module]
    return "the model"


@contextmanager
def _first_tensors(model: nn.Module) -> Iterator[dict[int, torch.Tensor]]:
    """What each module without modules gives first, in the order in which they run."""
    seen: dict[int, torch.Tensor] = {}

    def keep(module: nn.Module, arguments: Any, output: Any) -> None:
        for tensor in _tensors(output)[:1]:
            if tensor.ndim and tensor.numel():
                seen.setdefault(id(module), tensor.detach().clone())

    with _hooked(model, keep):
        yield seen


@contextmanager
def _hooked(model: nn.Module, hook: Callable[..., None]) -> Iterator[None]:
    leaves = [module for module in model.modules() if not any(module.children())]
    handles = [module.register_forward_hook(hook) for module in leaves]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _tensors(given: Any) -> list[torch.Tensor]:
    if isinstance(given, torch.Tensor):
        return [given]
    if isinstance(given, dict):
        given = tuple(given.values())
    return [each for part in given for each in _tensors(part)] if isinstance(given, (tuple, list)) else []
