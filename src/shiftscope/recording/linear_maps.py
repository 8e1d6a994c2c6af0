"""Linear maps inside a model, and what enters them, so that their paths can be counted from a study."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from shiftscope.errors import LayerError, LayerNotFound, closest
from shiftscope.recording.forward import forward
from shiftscope.recording.linear_map import LinearMap, Weights
from shiftscope.recording.model import observed
from shiftscope.recording.output import tensor_in
from shiftscope.recording.recorded_layer import RecordedLayer, Side
from shiftscope.units.kind import unit_kinds
from shiftscope.units.tokens import prefix_tokens


def find_maps(
    model: nn.Module, asked: Sequence[str], inputs: torch.Tensor
) -> dict[str, tuple[RecordedLayer, LinearMap]]:
    """The linear maps of these names or globs, each with the layer that records what enters it.

    An `nn.Linear` over tokens is given the class token where there is one, else their mean. A convolution is unfolded:
    its inputs are the mean of the patches that it slides over, its weights one row for each kernel. (The mean of a
    linear map's products is the product with the mean, so these are the paths averaged over positions.)

    Raises
    ------
    LayerNotFound
        A name or glob without a linear map; the message lists those that there are.
    LayerError
        A map that never runs or runs several times in a forward pass, or a grouped or transposed convolution.
    """
    there = {name: module for name, module in model.named_modules() if isinstance(module, MAPS)}
    chosen = dict.fromkeys(name for pattern in asked for name in _matching(pattern, there))
    given: dict[str, list[torch.Tensor]] = {name: [] for name in chosen}

    lengths: set[int] = set()  # of token sequences anywhere in the model

    def keep(name: str) -> Any:
        def enter(module: nn.Module, arguments: Any) -> None:
            if not arguments:
                raise LayerError(f"{name!r} is given its input by name, as input=...; give it by position.")
            given[name].append(arguments[0].detach().clone())

        return enter

    def measure(module: nn.Module, arguments: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor) and output.ndim == 3:
            lengths.add(output.shape[1])

    handles = [there[name].register_forward_pre_hook(keep(name)) for name in chosen]
    handles += [module.register_forward_hook(measure) for module in model.modules()]
    try:
        with observed(model):
            forward(model, inputs)
            weights = {name: weights_of(there[name]) for name in chosen}
    finally:
        for handle in handles:
            handle.remove()
    for name in chosen:
        for tensor in given[name]:
            if tensor.ndim < 2 or tensor.shape[0] != len(inputs):
                raise LayerError(
                    f"what enters {name!r} has shape {tuple(tensor.shape)} for {len(inputs)} samples; paths are "
                    "counted of maps whose input has the samples along the first axis."
                )
    return {
        name: _found(name, there[name], given[name], weights[name], prefix_tokens(model), lengths)
        for name in chosen
    }


def mean_patch(module: nn.Conv2d, entering: torch.Tensor) -> torch.Tensor:
    """(sample, channel x row x column) mean over positions of what a convolution multiplies with its weights."""
    if module.padding == "valid":
        padded = entering
    elif module.padding_mode == "zeros":
        padded = F.pad(entering, module._reversed_padding_repeated_twice)
    else:
        padded = F.pad(entering, module._reversed_padding_repeated_twice, mode=module.padding_mode)
    steps = zip(padded.shape[2:], module.kernel_size, module.dilation, module.stride, strict=True)
    places = [(size - dilation * (kernel - 1) - 1) // stride + 1 for size, kernel, dilation, stride in steps]
    rows, columns = module.kernel_size
    means = [
        padded[
            :,
            :,
            row * module.dilation[0] :: module.stride[0],
            column * module.dilation[1] :: module.stride[1],
        ][:, :, : places[0], : places[1]].mean(dim=(2, 3), dtype=torch.float32)
        for row in range(rows)
        for column in range(columns)
    ]
    return torch.stack(means, dim=2).flatten(1)


MAPS = (nn.Linear, nn.Conv2d)


def _matching(pattern: str, there: Mapping[str, nn.Module]) -> list[str]:
    if pattern in there:
        return [pattern]
    names = [name for name in there if fnmatch.fnmatchcase(name, pattern)]
    if not names:
        raise LayerNotFound(
            f"no linear map named {pattern!r} in the model; closest: {closest(pattern, there)}. Paths are those of "
            f"nn.Linear and nn.Conv2d modules: {', '.join(there) or 'this model has none'}."
        )
    return names


def _found(
    name: str,
    module: nn.Module,
    given: Sequence[torch.Tensor],
    weights: tuple[Weights, Weights | None],
    prefix: int,
    lengths: set[int],
) -> tuple[RecordedLayer, LinearMap]:
    if len(given) != 1:
        times = f"runs {len(given)} times in one forward pass" if given else "never runs in a forward pass"
        raise LayerError(f"{name!r} {times}; paths are counted of maps that run once.")
    tensor, axis = given[0], 1
    side: Side = "input"
    weight, bias = weights
    if isinstance(module, nn.Conv2d):
        if module.groups > 1:
            raise LayerError(
                f"{name!r} is a convolution in {module.groups} groups; paths are counted of those in one group."
            )
        tensor, side = mean_patch(module, tensor), "patches"
    elif tensor.ndim > 3:
        axis = -1
    if tensor.ndim == 3 and tensor.shape[1] + prefix in lengths:
        prefix = 0  # these are the patches alone: the class token joins them later
    kind = next(kind for kind in unit_kinds.values() if kind.fits(tuple(tensor.shape), module))
    pool = "cls" if kind.name == "token dimension" and prefix else next(iter(kind.pools))
    entering = RecordedLayer(
        name=f"{name} input",
        module=name,
        module_type=type(module).__name__,
        kind=kind.name,
        pool=pool,
        units=weight.shape[1],
        shape=tuple(given[0].shape[1:]),
        item=None,
        call=0,
        rectify=False,
        channel_axis=axis,
        prefix_tokens=prefix,
        side=side,
    )
    return entering, LinearMap(name, entering.name, weight, bias)


def entering_of(module: nn.Module, arguments: Any, output: Any, side: Side) -> Any:
    """What a layer reads: the module's output, what entered it, or the mean patch of a convolution."""
    if side == "output":
        return output
    entering = tensor_in(arguments[0], None, "what enters it")
    return mean_patch(module, entering) if side == "patches" else entering  # type: ignore[arg-type]


def weights_of(module: nn.Module) -> tuple[Weights, Weights | None]:
    """(output, input) weights, kernels unfolded, and the (output,) bias if there is one."""
    weight, bias = module.weight, module.bias
    assert isinstance(weight, torch.Tensor)
    return _numbers(weight.flatten(1)), _numbers(bias) if isinstance(bias, torch.Tensor) else None


def _numbers(tensor: torch.Tensor) -> Weights:
    return tensor.detach().float().cpu().numpy().copy()
