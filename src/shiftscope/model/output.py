"""The tensor in what a module returns: a tensor, a tuple, a list, a dict or a model-output object."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from shiftscope.errors import LayerError, ModelError
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.units.kind import unit_kinds

TINY = torch.finfo(torch.float32).tiny
FIRST_IS_OUTPUT = nn.RNNBase, nn.RNNCellBase, nn.MultiheadAttention


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
    return pooled(tensor_in(output, layer.item, layer.module).detach(), layer)


def pooled(tensor: torch.Tensor, layer: RecordedLayer) -> torch.Tensor:
    """(sample, unit) responses in the tensor of a layer, or of some of its units, sharing no memory with it."""
    tensor = torch.relu(tensor) if layer.rectify else tensor
    return unit_kinds[layer.kind].pools[layer.pool](tensor, layer.axes)


def chosen_item(output: Any, asked: str | int | None, module: nn.Module, layer: str) -> str | int | None:
    """Which part of `output` a layer is read from: None for its first or only tensor.

    One is taken unasked where no other could be meant: the only one with two axes or more, or the first of what
    torch's recurrent and attention modules return, whose outputs come first.

    Raises
    ------
    LayerError
        There are several; the message lists them.
    """
    if asked is not None or isinstance(output, torch.Tensor) or isinstance(module, FIRST_IS_OUTPUT):
        return asked
    parts = _parts(output)
    tensors = [key for key, value in parts.items() if isinstance(value, torch.Tensor)]
    readable = [key for key in tensors if _has_axes(parts[key])]
    if len(readable) > 1:
        raise LayerError(
            f"layer {layer!r} gives several tensors, {_listing(parts)}. Say which to record: "
            f"Layer({layer!r}, item={readable[0]!r})."
        )
    return readable[0] if readable and readable[0] != tensors[0] else None


def taken_of(output: Any, item: str | int | None) -> str:
    """Which part of `output` is read, as "item 0 of 2"; empty where there is one tensor alone."""
    if isinstance(output, torch.Tensor):
        return ""
    tensors = [key for key, value in _parts(output).items() if isinstance(value, torch.Tensor)]
    first = next(iter(tensors), None)
    return f"item {(first if item is None else item)!r} of {len(_parts(output))}"


def answer_item(output: Any, asked: str | int | None, samples: int, categories: int) -> str | int | None:
    """Which part of the model's output is its answer; None where it gives one tensor.

    Parameters
    ----------
    asked
        Its name or number, where it was said.
    categories
        Their number, where it is known, else 0.

    Raises
    ------
    ModelError
        There is no such part, or several could be meant; the message lists them.
    """
    if isinstance(output, torch.Tensor):
        if asked is not None:
            raise ModelError(
                f"the model gives one tensor, so there is no output {asked!r} to take: leave it out."
            )
        return None
    parts = _parts(output)
    if asked is not None:
        key = _key(asked, parts)
        if not isinstance(parts.get(key), torch.Tensor):
            raise ModelError(f"the model gives no tensor under {asked!r}; it gives {_listing(parts)}.")
        return key
    if isinstance(parts.get("logits"), torch.Tensor):
        return "logits"
    rows = [key for key, value in parts.items() if _has_axes(value) and value.shape[:-1] == (samples,)]
    wide = [key for key in rows if parts[key].shape[1] == categories] if categories else []
    several = [key for key in rows if parts[key].shape[1] > 1]
    for found in (rows, several, wide):
        if len(found) == 1:
            return found[0]
    if not rows:
        raise ModelError(
            f"the model gives {_listing(parts) or _describe(output)}, and none of it is one row of logits per sample, "
            "(sample, category). Wrap it in a module whose forward returns the logits."
        )
    raise ModelError(
        f"the model gives {_listing(parts)}, and several of these could be its logits. Say which: "
        f"output={rows[-1]!r}."
    )


def logits_in(output: Any, item: str | int | None = None, samples: int | None = None) -> torch.Tensor:
    """The model's logits, (sample, category).

    Parameters
    ----------
    item
        Part of the output, as `answer_item` found it. Where it was not kept, as in studies of before: the one named
        `logits`, else the first tensor.
    samples
        How many were shown.

    Raises
    ------
    ModelError
        The output holds no such tensor of two axes, a row for each sample; the message says how to wrap the model.
    """
    candidate = output
    if item is not None:
        candidate = _parts(output).get(item)
    elif not isinstance(output, torch.Tensor):
        parts = _parts(output)
        candidate = parts.get(
            "logits", next((v for v in parts.values() if isinstance(v, torch.Tensor)), None)
        )
    if (
        isinstance(candidate, torch.Tensor)
        and candidate.ndim == 2
        and len(candidate) == (samples or len(candidate))
    ):
        return candidate
    if samples == 1 and isinstance(candidate, torch.Tensor) and candidate.ndim == 1:
        raise ModelError(
            f"the model gives {_describe(candidate)} for a batch of one sample, as one that squeezes all axes does. "
            "Record with a batch_size of 3 or more, by which no sample of a larger shard is alone, or have the model "
            "squeeze named axes: x.squeeze(dim=...)."
        )
    if isinstance(candidate, torch.Tensor) and candidate.shape == (samples,):
        raise ModelError(one_number(candidate))
    shown = "" if samples is None else f" for {samples} samples"
    raise ModelError(
        f"the model gives {_describe(candidate)}{shown}, not one row of logits per sample, (sample, category). "
        "Wrap it in a module whose forward returns the logits."
    )


def log_of(probabilities: torch.Tensor) -> torch.Tensor:
    """Logarithms, in float32; of zero, which has none, that of the smallest normal number."""
    return torch.log(probabilities.clamp_min(TINY))


def one_number(logits: torch.Tensor) -> str:
    """Why one number for each sample is refused, and what to do."""
    return (
        f"the model gives one number for each sample, {_describe(logits)}, and no softmax is over one category. If it "
        "is the logit z of the second of two, wrap the model so that it gives both: "
        "torch.stack([torch.zeros_like(z), z], dim=1) with z of shape (sample,)."
    )


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


def _listing(parts: Mapping[str | int, Any]) -> str:
    """Every part with what it is."""
    return ", ".join(f"{key!r}: {_describe(value)}" for key, value in parts.items())


def _key(asked: str | int, parts: Mapping[str | int, Any]) -> str | int:
    """A part by its name, or by its number from 0, which may come as text."""
    if asked in parts:
        return asked
    number = int(asked) if isinstance(asked, int) or (asked.isascii() and asked.isdecimal()) else len(parts)
    return list(parts)[number] if 0 <= number < len(parts) else asked


def _has_axes(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.ndim > 1 and value.is_floating_point()
