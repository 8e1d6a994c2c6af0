"""The choice of layers: what the user asks for, what the model has, what will be recorded."""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from shiftscope.errors import LayerError, LayerNotFound, closest
from shiftscope.recording.forward import forward
from shiftscope.recording.model import observed
from shiftscope.recording.output import chosen_item, responses_in, taken_of, tensor_in
from shiftscope.recording.recorded_layer import RecordedLayer
from shiftscope.units.kind import UnitKind, unit_kinds
from shiftscope.units.tokens import prefix_tokens


@dataclass(frozen=True)
class Layer:
    """A layer as asked for.

    Parameters
    ----------
    name
        As in `model.named_modules()`, or a glob over those names ("blocks.*.mlp").
    pool
        "mean", "max" or "center" of a map; "mean", "max" or "cls" of tokens. The first where not given.
    item
        Which part of an output that is a tuple, a dict or a model-output object; needed where it has several tensors,
        but for torch's recurrent and attention modules, whose outputs come first.
    call
        Which call of a module that runs several times in one forward pass, from 0.
    rectify
        Apply ReLU before pooling, the convention of the Deephys paper for layers without one.
    prefix_tokens
        Tokens in front of the patches; counted from the model's parameters where not given.
    channel_axis
        Axis of the channels of a map; -1 for channels-last models.
    """

    name: str
    pool: str | None = None
    item: str | int | None = None
    call: int | None = None
    rectify: bool = False
    prefix_tokens: int | None = None
    channel_axis: int = 1

    @classmethod
    def parse(cls, text: str) -> Layer:
        """A layer from `name`, `name:pool`, `name@call` or `name@call:pool`."""
        name, _, pool = text.partition(":")
        name, at, call = name.partition("@")
        if at and not call.isdigit():
            raise LayerError(
                f"cannot read the layer {text!r}: after @ stands the number of the call, as in relu@1."
            )
        return cls(name, pool=pool or None, call=int(call) if at else None)


@dataclass(frozen=True)
class ListedLayer:
    """One module of a model and what could be recorded from it."""

    name: str
    module_type: str
    shapes: tuple[tuple[int, ...], ...]  # one for each call, without the batch axis
    kind: str | None
    units: int | None
    pools: tuple[str, ...]
    why_not: str = ""
    taken: str = ""  # which part of an output of several this is


def list_layers(model: nn.Module, inputs: torch.Tensor) -> list[ListedLayer]:
    """Every named module of the model, in order, from one forward pass over `inputs` (sample, ...)."""
    outputs = _outputs(model, inputs)
    return [
        _listed(name, module, outputs.get(name, []), len(inputs)) for name, module in _modules(model).items()
    ]


def choose_layers(
    model: nn.Module, asked: Sequence[Layer | str], inputs: torch.Tensor
) -> list[RecordedLayer]:
    """Decide what is recorded for each layer asked for, by one forward pass over `inputs`.

    Raises
    ------
    LayerNotFound
        A name or glob that matches no module.
    LayerError
        A layer that never runs, gives no tensor with the samples first, runs several times without `call`,
        or has no such pooling.
    """
    if not asked:
        raise LayerError("no layer to record; name at least one. `shiftscope layers` lists them all.")
    modules = _modules(model)
    outputs = _outputs(model, inputs)
    prefix = prefix_tokens(model)
    lengths = {output.shape[1] for outs in outputs.values() for output in outs if _is_sequence(output)}
    chosen: dict[str, RecordedLayer] = {}
    for request in asked:
        layer = Layer.parse(request) if isinstance(request, str) else request
        for name in _matching(layer.name, modules):
            asked_as = dataclasses.replace(layer, name=name)
            found = _decide(asked_as, modules[name], outputs.get(name, []), inputs, prefix, lengths)
            if chosen.setdefault(found.name, found) != found:
                raise LayerError(
                    f"layer {found.name!r} is asked for twice with different settings; a study keeps one of a name."
                )
    return list(chosen.values())


def _modules(model: nn.Module) -> dict[str, nn.Module]:
    return {name: module for name, module in model.named_modules() if name}


def _matching(pattern: str, modules: Mapping[str, nn.Module]) -> list[str]:
    if pattern in modules:
        return [pattern]
    names = [name for name in modules if fnmatch.fnmatchcase(name, pattern)]
    if not names:
        raise LayerNotFound(
            f"no layer named {pattern!r} in the model; closest: {closest(pattern, modules)}. "
            f"`shiftscope layers` lists all {len(modules)}."
        )
    return names


def _outputs(model: nn.Module, inputs: torch.Tensor) -> dict[str, list[Any]]:
    """What each module returned at each of its calls. A copy of each tensor, for in-place layers that follow."""
    seen: dict[str, list[Any]] = {}

    def keep(name: str) -> Any:
        return lambda module, arguments, output: seen.setdefault(name, []).append(_copied(output))

    handles = [module.register_forward_hook(keep(name)) for name, module in _modules(model).items()]
    try:
        with observed(model):
            forward(model, inputs)
    finally:
        for handle in handles:
            handle.remove()
    return seen


def _copied(output: Any) -> Any:
    if isinstance(output, torch.Tensor):
        return output.clone()
    if isinstance(output, Mapping):
        return {key: _copied(value) for key, value in output.items()}
    if type(output) in (tuple, list):
        return [_copied(value) for value in output]
    return output


def _listed(name: str, module: nn.Module, outputs: Sequence[Any], samples: int) -> ListedLayer:
    kind: UnitKind | None = None
    why_not, taken, shapes = "", "", tuple[tuple[int, ...], ...]()
    try:
        items = [chosen_item(output, None, module, name) for output in _fired(outputs, name)]
        tensors = [
            _samples_first(tensor_in(output, item, name), name, samples)
            for output, item in zip(outputs, items, strict=True)
        ]
        taken = taken_of(outputs[0], items[0])
        shapes = tuple(tuple(tensor.shape[1:]) for tensor in tensors)
        kind = _kind_of(tensors[0], module, name)
    except LayerError as error:
        why_not = str(error)
    units = None if kind is None else tensors[0].shape[1 if kind.name == "channel" else -1]
    pools = () if kind is None else tuple(kind.pools)
    kind_name = None if kind is None else kind.name
    return ListedLayer(name, type(module).__name__, shapes, kind_name, units, pools, why_not, taken)


def _decide(
    layer: Layer,
    module: nn.Module,
    outputs: Sequence[Any],
    inputs: torch.Tensor,
    model_prefix: int,
    lengths: set[int],
) -> RecordedLayer:
    name = layer.name
    output = _called(_fired(outputs, name), layer.call, name)
    item = chosen_item(output, layer.item, module, name)
    tensor = _samples_first(tensor_in(output, item, name), name, len(inputs))
    kind = _kind_of(tensor, module, name)
    pool = layer.pool or next(iter(kind.pools))
    if pool not in kind.pools:
        raise LayerError(
            f"layer {name!r} gives {tuple(tensor.shape[1:])} for a sample, a {kind.name} layer, "
            f"which can be pooled by {', '.join(kind.pools)}; asked was {pool!r}."
        )
    if tensor.ndim == 3 and tensor.shape[1] + model_prefix in lengths:
        model_prefix = 0  # these are the patches alone: the class token joins them later
    decided = RecordedLayer(
        name=_name_in_study(layer, default_pool=next(iter(kind.pools))),
        module=name,
        module_type=type(module).__name__,
        kind=kind.name,
        pool=pool,
        units=0,
        shape=tuple(tensor.shape[1:]),
        item=item,
        call=layer.call or 0,
        rectify=layer.rectify,
        channel_axis=layer.channel_axis,
        prefix_tokens=model_prefix if layer.prefix_tokens is None else layer.prefix_tokens,
    )
    return dataclasses.replace(decided, units=responses_in(output, decided).shape[1])


def _is_sequence(output: Any) -> bool:
    return isinstance(output, torch.Tensor) and output.ndim == 3


def _name_in_study(layer: Layer, default_pool: str) -> str:
    call = "" if layer.call is None else f"@{layer.call}"
    pool = "" if layer.pool in (None, default_pool) else f":{layer.pool}"
    return f"{layer.name}{call}{pool}"


def _fired(outputs: Sequence[Any], name: str) -> Sequence[Any]:
    if not outputs:
        raise LayerError(
            f"layer {name!r} exists but never runs in a forward pass, so it has no responses. Record the layer "
            "around it, or switch off a fused path that skips it."
        )
    return outputs


def _called(outputs: Sequence[Any], call: int | None, name: str) -> Any:
    if call is None and len(outputs) > 1:
        raise LayerError(
            f"layer {name!r} runs {len(outputs)} times in one forward pass; say which, "
            f"from {name}@0 to {name}@{len(outputs) - 1}."
        )
    if (call or 0) >= len(outputs):
        raise LayerError(
            f"layer {name!r} runs {len(outputs)} times in one forward pass; there is no call {call}."
        )
    return outputs[call or 0]


def _samples_first(tensor: torch.Tensor, name: str, samples: int) -> torch.Tensor:
    if tensor.ndim < 2 or tensor.shape[0] != samples or not tensor.is_floating_point():
        raise LayerError(
            f"layer {name!r} gives {tensor.dtype} of shape {tuple(tensor.shape)} for {samples} samples; "
            "a layer to record gives real numbers with the samples along the first axis and units along another."
        )
    return tensor


def _kind_of(tensor: torch.Tensor, module: nn.Module, name: str) -> UnitKind:
    shape = tuple(tensor.shape)
    for kind in unit_kinds.values():
        if kind.fits(shape, module):
            return kind
    raise LayerError(
        f"layer {name!r} gives shape {shape}, which is no kind of unit known: {', '.join(unit_kinds)}."
    )
