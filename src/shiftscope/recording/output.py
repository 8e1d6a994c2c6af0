"""The tensor in what a module returns: a tensor, a tuple, a list, a dict or a model-output object."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch

from shiftscope.errors import LayerError, ModelError
from shiftscope.recording.recorded_layer import RecordedLayer
from shiftscope.units.kind import unit_kinds


def tensor_in(output: Any, item: str | int | None, layer: str) -> torch.Tensor:
    """The first tensor of `output`, or its `item`.

    Raises
    ------
    LayerError
        There is no tensor, or no such item; the message lists what is there.
    """
    if isinstance(output, torch.Tensor):
        if item is not None:
            raise LayerError(f"layer {layer!r} gives one tensor, so there is no item {item!r} to take.")
        return output
    parts = _parts(output)
    if item is None:
        for value in parts.values():
            if isinstance(value, torch.Tensor):
                return value
    elif isinstance(parts.get(item), torch.Tensor):
        return parts[item]  # type: ignore[no-any-return]
    found = {key: _describe(value) for key, value in parts.items()} or type(output).__name__
    wanted = "a tensor" if item is None else f"a tensor under {item!r}"
    raise LayerError(
        f"layer {layer!r} does not give {wanted}; it gives {found}. Name one with Layer(item=...)."
    )


def with_tensor(output: Any, old: torch.Tensor, new: torch.Tensor) -> Any:
    """`output` with one of its tensors in another's place; the output itself is not changed."""
    if output is old:
        return new
    if isinstance(output, (tuple, list)):
        parts = [new if part is old else part for part in output]
        return type(output)(*parts) if hasattr(output, "_fields") else type(output)(parts)
    changed = copy.copy(output)
    if isinstance(output, Mapping):
        for key in [key for key, value in output.items() if value is old]:
            changed[key] = new
    else:
        for key in [key for key, value in vars(output).items() if value is old]:
            setattr(changed, key, new)
    return changed


def responses_in(output: Any, layer: RecordedLayer) -> torch.Tensor:
    """The (sample, unit) responses in what `layer` returned, sharing no memory with it."""
    tensor = tensor_in(output, layer.item, layer.module).detach()
    if layer.rectify:
        tensor = torch.relu(tensor)
    return unit_kinds[layer.kind].pools[layer.pool](tensor, layer.axes)


def logits_in(output: Any) -> torch.Tensor:
    """The model's logits, (sample, category).

    Raises
    ------
    ModelError
        The output holds no tensor of two axes; the message says how to wrap the model.
    """
    candidate = output
    if not isinstance(output, torch.Tensor):
        parts = _parts(output)
        candidate = parts.get(
            "logits", next((v for v in parts.values() if isinstance(v, torch.Tensor)), None)
        )
    if not isinstance(candidate, torch.Tensor) or candidate.ndim != 2:
        raise ModelError(
            f"the model gives {_describe(candidate)}, not one row of logits per sample, (sample, category). "
            "Wrap it in a module whose forward returns the logits."
        )
    return candidate


def _parts(output: Any) -> Mapping[str | int, Any]:
    if isinstance(output, Mapping):
        return output
    if isinstance(output, (tuple, list)):
        fields = getattr(output, "_fields", None)
        return dict(enumerate(output)) if fields is None else dict(zip(fields, output, strict=True))
    return vars(output) if hasattr(output, "__dict__") else {}


def _describe(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    return type(value).__name__
