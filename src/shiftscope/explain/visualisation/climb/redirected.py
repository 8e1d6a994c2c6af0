"""Gradients through units that are silent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as functional
from torch.overrides import TorchFunctionMode

IN_PLACE = (torch.relu_, torch.Tensor.relu_)
RELUS = (torch.relu, torch.Tensor.relu, functional.relu, *IN_PLACE)


class Redirected(TorchFunctionMode):
    """A context in which rectifiers hand a gradient on that would raise what they hold at 0, to samples that get none
    otherwise; what they give is what it was.

    References
    ----------
    Olah, Mordvintsev & Schubert (2017), Feature Visualization; as `redirected_relu_grad` of Lucid.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        given = kwargs or {}
        if func not in RELUS:
            return func(*args, **given)
        tensor = args[0] if args else given["input"]
        in_place = func in IN_PLACE or bool(args[1] if len(args) > 1 else given.get("inplace"))
        rectified = _Relu.apply(tensor.clone() if in_place else tensor)  # type: ignore[no-untyped-call]
        return tensor.copy_(rectified) if in_place else rectified


class _Relu(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, tensor: torch.Tensor) -> torch.Tensor:
        context.save_for_backward(tensor)
        return tensor.clamp(min=0)

    @staticmethod
    def backward(context: Any, *gradients: torch.Tensor) -> torch.Tensor:
        (tensor,), (gradient,) = context.saved_tensors, gradients
        plain = gradient * (tensor > 0)
        some = (
            plain.flatten(1).any(1).reshape(-1, *[1] * (tensor.ndim - 1)) if tensor.ndim > 1 else plain != 0
        )
        return torch.where(some, plain, gradient.clamp(min=0))
