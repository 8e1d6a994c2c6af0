"""What a model computes with that the digest of its weights leaves out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import nn

Told = dict[str, str | list[float]]
PLAIN = (torch.Tensor, nn.Parameter, nn.Buffer)
GOLDEN = 0.6180339887498949


def beside_weights(model: nn.Module) -> Told:
    """By name what stands in no tensor of the state dict, or not all of it.

    That are packed and quantised weights, the modules' extra state, buffers that are not saved, and tensors that
    modules hold as plain attributes. Whole numbers and values are told by their SHA-256; floating point by its sum,
    the sum of its absolute values, and the sum weighted by the fractional part of i times the golden ratio.

    What cannot be read as either is left out: tensors of other packages' types, and objects of TorchScript.
    """
    told: Told = {}
    for name, value in _held(model):
        for part, leaf in _leaves(name, value):
            if isinstance(leaf, torch.Tensor):
                if type(leaf) in PLAIN and leaf.layout == torch.strided and not leaf.is_meta:
                    told[part] = _of_tensor(leaf.detach())
            elif isinstance(leaf, (str, bytes, int, float, torch.dtype, type(None))):
                told[part] = _digest(repr(leaf).encode())
    return told


def _held(model: nn.Module) -> Iterator[tuple[str, Any]]:
    saved = model.state_dict()
    yield from ((name, value) for name, value in saved.items() if not _is_weight(value))
    yield from ((name, buffer) for name, buffer in model.named_buffers() if name not in saved)
    for prefix, module in model.named_modules():
        for name, value in vars(module).items():
            if not name.startswith("_"):
                attribute = f"{prefix}.{name}" if prefix else name
                tensors = (part for part in _leaves(attribute, value) if isinstance(part[1], torch.Tensor))
                yield from tensors


def _is_weight(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and not value.is_quantized


def _leaves(name: str, value: Any, above: tuple[int, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Parts of rows and mappings by name; `above` are those that it lies in, one of which it may hold again."""
    if id(value) in above:
        return
    parts = value.items() if isinstance(value, Mapping) else enumerate(value) if _is_row(value) else None
    if parts is None:
        yield name, value
    else:
        for key, part in parts:
            yield from _leaves(f"{name}.{key}", part, (*above, id(value)))


def _is_row(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _of_tensor(tensor: torch.Tensor) -> str | list[float]:
    if tensor.is_quantized:
        channels = tensor.qscheme() in (torch.per_channel_affine, torch.per_channel_affine_float_qparams)
        scales = tensor.q_per_channel_scales().tolist() if channels else tensor.q_scale()
        zeros = tensor.q_per_channel_zero_points().tolist() if channels else tensor.q_zero_point()
        return _digest(f"{tensor.dtype}|{scales}|{zeros}|{_of_tensor(tensor.int_repr())}".encode())
    plain = tensor.cpu().resolve_conj().resolve_neg()
    if plain.is_complex():
        plain = torch.view_as_real(plain)
    if not plain.is_floating_point():
        return _digest(f"{plain.dtype}|{tuple(plain.shape)}|".encode() + plain.contiguous().numpy().tobytes())
    numbers = torch.nan_to_num(plain.double().flatten(), nan=0.0, posinf=1.0, neginf=-1.0)
    weights = torch.arange(len(numbers), dtype=torch.float64) * GOLDEN % 1
    return [float(total) for total in (numbers.sum(), numbers.abs().sum(), numbers @ weights)]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
