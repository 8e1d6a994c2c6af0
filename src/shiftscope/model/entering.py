"""What enters a module, as a layer reads it, and the weights that it is multiplied with."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from shiftscope.model.linear_map import Weights
from shiftscope.model.output import tensor_in
from shiftscope.model.recorded_layer import Side


def entering_of(module: nn.Module, arguments: Any, output: Any, side: Side) -> Any:
    """What a layer reads: the module's output, what entered it, or the mean patch of a convolution."""
    if side == "output":
        return output
    entering = tensor_in(arguments[0], None, "what enters it")
    return mean_patch(module, entering) if side == "patches" else entering  # type: ignore[arg-type]


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


def weights_of(module: nn.Module) -> tuple[Weights, Weights | None]:
    """(output, input) weights, kernels unfolded, and the (output,) bias if there is one."""
    weight, bias = module.weight, module.bias
    assert isinstance(weight, torch.Tensor)
    return _numbers(weight.flatten(1)), _numbers(bias) if isinstance(bias, torch.Tensor) else None


def _numbers(tensor: torch.Tensor) -> Weights:
    return tensor.detach().float().cpu().numpy().copy()
