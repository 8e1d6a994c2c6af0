"""Dimensions of a token sequence, (sample, token, dimension), pooled over the patch tokens."""

from __future__ import annotations

import torch
from torch import nn

from shiftscope.errors import LayerError
from shiftscope.model.units.kind import Axes, UnitKind, register


def mean(output: torch.Tensor, axes: Axes) -> torch.Tensor:
    """Mean over patch tokens; the class token is no place in the image and stays out."""
    return torch.mean(_patches(output, axes), dim=1, dtype=torch.float32)


def maximum(output: torch.Tensor, axes: Axes) -> torch.Tensor:
    return torch.amax(_patches(output, axes), dim=1)


def class_token(output: torch.Tensor, axes: Axes) -> torch.Tensor:
    if axes.prefix_tokens == 0:
        raise LayerError(
            "pooling 'cls' needs a class token, and this model has none in front of its patches; "
            "use 'mean' or 'max', or set prefix_tokens=1 if the first token is one."
        )
    return output[:, 0].clone()


def places(output: torch.Tensor, axes: Axes, pool: str) -> torch.Tensor:
    """(sample, dimension, token) view of the patch tokens, or of the class token alone."""
    tokens = output[:, :1] if pool == "cls" else _patches(output, axes)
    return tokens.movedim(-1, 1)


def _patches(output: torch.Tensor, axes: Axes) -> torch.Tensor:
    if output.shape[1] <= axes.prefix_tokens:
        raise LayerError(
            f"{axes.prefix_tokens} prefix tokens, but the layer gives {output.shape[1]} tokens in all: "
            "no patch token is left to pool. Set prefix_tokens for this layer."
        )
    return output[:, axes.prefix_tokens :]


def prefix_tokens(model: nn.Module) -> int:
    """How many tokens stand in front of the patches, by the names of the parameters that the model keeps for them."""
    declared = getattr(model, "num_prefix_tokens", None)
    if isinstance(declared, int):
        return declared
    count = 0
    for name, parameter in model.named_parameters():
        match name.rpartition(".")[2]:
            case "cls_token" | "class_token" | "dist_token" | "distillation_token":
                count += 1
            case "reg_token" | "register_tokens":
                count += parameter.shape[1]
    return count


register(
    UnitKind(
        "token dimension",
        fits=lambda axes, units: axes == 3 and units == 2,
        pools={"mean": mean, "max": maximum, "cls": class_token},
        unit_axis=lambda axes: -1,
        places=places,
    )
)
