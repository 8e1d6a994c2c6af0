"""The gradient in front of and behind each module that makes maps smaller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from shiftscope.errors import LayerError
from shiftscope.explain.attribution.downsampling.shares import Downsampling, FloatArray
from shiftscope.explain.attribution.numbers.spectra import HIGH, high_frequency_share
from shiftscope.model.evaluation.evaluation import followed


def downsampling(
    model: nn.Module, inputs: torch.Tensor, values: Callable[[torch.Tensor], torch.Tensor]
) -> list[Downsampling]:
    """The high-frequency share of a gradient around each module that downsamples, in the order of the forward pass.

    The share is the power above a quarter of a cycle per place, over all power but that of the mean, channels
    together. White noise has about 0.81, so a share is read against that. One forward and one backward pass.

    Parameters
    ----------
    inputs : (sample, channel, row, column)
    values
        (sample,) of the inputs, through the model: a probe, or a function of the model's output.

    Raises
    ------
    LayerError
        No module that `values` reach makes a map smaller.

    References
    ----------
    Muzellec, Fel, Boutin, Andeol, VanRullen & Serre (2024), Saliency strikes back: how filtering out high frequencies
    improves white-box explanations.
    """
    with torch.inference_mode(False), torch.enable_grad(), followed(model), _watched(model) as seen:
        shown = inputs.detach().clone().requires_grad_()
        total = values(shown).sum()
        around = [tensor for each in seen for tensor in each.maps]
        found = torch.autograd.grad(total, around, allow_unused=True) if around else ()
    pairs = zip(seen, found[::2], found[1::2], strict=True)
    told = [
        _told(each, before, after)
        for each, before, after in pairs
        if before is not None and after is not None
    ]
    if not told:
        raise LayerError("no module on the way to these values makes a map of several places smaller.")
    return told


@dataclass(frozen=True)
class _Seen:
    module: str
    kind: str
    maps: tuple[torch.Tensor, torch.Tensor]  # that entered and that left, in the graph


@contextmanager
def _watched(model: nn.Module) -> Iterator[list[_Seen]]:
    """Each pass leaves the maps around the modules without parts that made them smaller."""
    seen: list[_Seen] = []
    entered: dict[str, torch.Tensor] = {}
    handles: list[torch.utils.hooks.RemovableHandle] = []
    try:
        for name, module in model.named_modules():
            if not any(module.children()):
                handles.append(module.register_forward_pre_hook(_before(name, entered)))
                handles.append(module.register_forward_hook(_after(name, entered, seen)))
        yield seen
    finally:
        for handle in handles:
            handle.remove()
        entered.clear()


def _before(name: str, entered: dict[str, torch.Tensor]) -> Callable[..., Any]:
    def keep(module: nn.Module, arguments: tuple[Any, ...]) -> Any:
        if not arguments or not _is_map(arguments[0]):
            return None
        entered[name] = arguments[0].clone()  # of this way alone: a shortcut may take the same maps past it
        return (entered[name], *arguments[1:])

    return keep


def _after(name: str, entered: dict[str, torch.Tensor], seen: list[_Seen]) -> Callable[..., Any]:
    def keep(module: nn.Module, arguments: tuple[Any, ...], output: Any) -> Any:
        before = entered.pop(name, None)
        if before is None or not _is_map(output):
            return None
        rows, columns = output.shape[-2:]
        smaller = rows < before.shape[-2] or columns < before.shape[-1]
        if not smaller or rows * columns == 1 or not (before.requires_grad and output.requires_grad):
            return None
        seen.append(_Seen(name, type(module).__name__, (before, output)))
        return output.clone()  # which a module behind may change in place

    return keep


def _is_map(given: Any) -> bool:
    return isinstance(given, torch.Tensor) and given.ndim == 4 and given.is_floating_point()


def _told(seen: _Seen, before: torch.Tensor, after: torch.Tensor) -> Downsampling:
    entering, leaving = ((maps.shape[-2], maps.shape[-1]) for maps in seen.maps)
    return Downsampling(seen.module, seen.kind, entering, leaving, _share(before), _share(after))


def _share(gradient: torch.Tensor) -> FloatArray:
    return high_frequency_share(gradient.detach().cpu().numpy(), above=HIGH, channels=True)
