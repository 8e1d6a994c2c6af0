"""Linear maps inside a model, and what enters them, so that their paths can be counted from a study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from shiftscope.errors import LayerError
from shiftscope.model.evaluation import observed
from shiftscope.model.first_pass import FirstPass, first_pass
from shiftscope.model.layer_choice import Layer
from shiftscope.model.linear_map import LinearMap, Weights
from shiftscope.model.module_names import matching, named_modules
from shiftscope.model.output import tensor_in
from shiftscope.model.reading import reading
from shiftscope.model.recorded_layer import RecordedLayer, Side


def find_maps(
    model: nn.Module, asked: Sequence[str], inputs: torch.Tensor
) -> dict[str, tuple[RecordedLayer, LinearMap]]:
    """The linear maps of these names or globs, each with the layer that records what enters it.

    An `nn.Linear` over tokens is given the class token where there is one, else their mean; "NAME:mean" or
    "NAME:prefix_tokens=1" asks for something else. A convolution is unfolded:
    its inputs are the mean of the patches that it slides over, its weights one row for each kernel. (The mean of a
    linear map's products is the product with the mean, so these are the paths averaged over positions.)

    Raises
    ------
    LayerNotFound
        A name or glob without a linear map; the message lists those that there are.
    LayerError
        A map that never runs or runs several times in a forward pass, or a grouped or transposed convolution.
    """
    there = {name: module for name, module in named_modules(model).items() if isinstance(module, MAPS)}
    all_there = (
        f"Paths are those of nn.Linear and nn.Conv2d modules: {', '.join(there) or 'this model has none'}."
    )
    chosen = {
        name: layer
        for layer in [Layer.parse(text, there) for text in asked]
        for name in matching(layer.name, model, there, what="linear map", all_there=all_there)
    }
    seen = first_pass(model, inputs, entering=chosen)
    with observed(model):  # eval mode may give other weights
        weights = {name: weights_of(there[name]) for name in chosen}
    return {name: _found(name, there[name], layer, seen, *weights[name]) for name, layer in chosen.items()}


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


def _found(
    name: str, module: nn.Module, asked: Layer, seen: FirstPass, weight: Weights, bias: Weights | None
) -> tuple[RecordedLayer, LinearMap]:
    entered = _entered(name, seen)
    side: Side = "input"
    tensor = entered
    if isinstance(module, nn.Conv2d):
        if module.groups > 1:
            raise LayerError(
                f"{name!r} is a convolution in {module.groups} groups; paths are counted of those in one group."
            )
        tensor, side = mean_patch(module, entered), "patches"
    found = reading(tensor, name, seen, channel_axis=-1, prefix_tokens=asked.prefix_tokens)
    pools = found.kind.pools
    usual = "cls" if "cls" in pools and found.prefix_tokens else next(iter(pools))
    if asked.channel_axis not in (None, -1):
        raise LayerError(
            f"what enters {name!r} is read along the last axis, as the map does: leave channel_axis out."
        )
    if asked.call or (asked.pool or usual) not in pools:
        raise LayerError(
            f"{name!r} is given {tuple(tensor.shape[1:])} for a sample, once; what enters it can be pooled by "
            f"{', '.join(pools)}."
        )
    entering = RecordedLayer(
        name=f"{name} input",
        module=name,
        module_type=type(module).__name__,
        kind=found.kind.name,
        pool=asked.pool or usual,
        units=weight.shape[1],
        shape=tuple(entered.shape[1:]),
        item=None,
        call=0,
        rectify=False,
        channel_axis=found.channel_axis,
        prefix_tokens=found.prefix_tokens,
        side=side,
    )
    return entering, LinearMap(name, entering.name, weight, bias)


def _entered(name: str, seen: FirstPass) -> torch.Tensor:
    """The one tensor (sample, ...) that the module was given."""
    calls = seen.entered.get(name, [])
    if len(calls) != 1:
        times = f"runs {len(calls)} times in one forward pass" if calls else "never runs in a forward pass"
        raise LayerError(f"{name!r} {times}; paths are counted of maps that run once.")
    if not calls[0]:
        raise LayerError(f"{name!r} is given its input by name, as input=...; give it by position.")
    tensor: torch.Tensor = calls[0][0]
    if tensor.ndim < 2 or tensor.shape[0] != seen.samples:
        raise LayerError(
            f"what enters {name!r} has shape {tuple(tensor.shape)} for {seen.samples} samples; paths are "
            "counted of maps whose input has the samples along the first axis."
        )
    return tensor


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
