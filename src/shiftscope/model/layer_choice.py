"""The choice of layers: what the user asks for, what the model has, what will be recorded."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from shiftscope.errors import LayerError
from shiftscope.model.evaluation import unwrap
from shiftscope.model.first_pass import FirstPass, first_pass
from shiftscope.model.module_names import matching, named_modules
from shiftscope.model.output import chosen_item, responses_in, taken_of, tensor_in
from shiftscope.model.reading import Reading, reading
from shiftscope.model.recorded_layer import RecordedLayer


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
        Tokens in front of the sample's own, which are left out; counted in the first forward pass where not given.
    channel_axis
        Axis of the units of an output of three axes or more, the samples being axis 0: 1 for channels first, -1 for
        channels last and for tokens. Where not given it is what the operations of the first forward pass prove.
    """

    name: str
    pool: str | None = None
    item: str | int | None = None
    call: int | None = None
    rectify: bool = False
    prefix_tokens: int | None = None
    channel_axis: int | None = None

    @classmethod
    def parse(cls, text: str, names: Collection[str] = ()) -> Layer:
        """A layer from `name`, `name@call`, `name:pool` or `name@call:pool`.

        In the place of the pooling may stand `channel_axis=-1` or `prefix_tokens=1`, or several, with commas between.
        A colon or @ that belongs to one of the modules' `names` is taken for that.

        Raises
        ------
        LayerError
            What stands behind the name cannot be read.
        """
        front, _, back = text.rpartition(":")
        for name, options in ((text, ""), (front, back)):
            before, _, call = name.rpartition("@")
            if name in names:
                return cls(name, **_options(options, text))
            if before in names and call.isdecimal():
                return cls(before, call=int(call), **_options(options, text))
        name, _, options = text.partition(":")
        name, at, call = name.partition("@")
        return cls(name, call=_call(call, text) if at else None, **_options(options, text))


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
    channel_axis: int | None = None  # of the units, the samples being axis 0
    prefix_tokens: int = 0  # in front of the sample's own, left out


def list_layers(model: nn.Module, inputs: torch.Tensor) -> list[ListedLayer]:
    """Every named module of the model, in order, from one forward pass over `inputs` (sample, ...)."""
    model = unwrap(model)
    modules = named_modules(model)
    seen = first_pass(model, inputs, returning=modules)
    return [_listed(name, module, seen) for name, module in modules.items()]


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
        has no such pooling, or of which nothing tells which axis holds the units or how many tokens are left out.
    ModelError
        The model cannot run on these inputs.
    """
    if not asked:
        raise LayerError("no layer to record; name at least one. `shiftscope layers` lists them all.")
    modules = named_modules(model)
    layers = [
        dataclasses.replace(layer, name=name)
        for request in asked
        for layer in [Layer.parse(request, modules) if isinstance(request, str) else request]
        for name in matching(layer.name, model, modules)
    ]
    seen = first_pass(model, inputs, returning={layer.name for layer in layers})
    chosen: dict[str, RecordedLayer] = {}
    for layer in layers:
        found = _decide(layer, modules[layer.name], seen)
        if chosen.setdefault(found.name, found) != found:
            raise LayerError(
                f"layer {found.name!r} is asked for twice with different settings; a study keeps one of a name."
            )
    return list(chosen.values())


def _call(written: str, text: str) -> int:
    if not written.isdecimal():
        raise LayerError(
            f"cannot read the layer {text!r}: after @ stands the number of the call, as in relu@1."
        )
    return int(written)


def _options(written: str, text: str) -> dict[str, Any]:
    """What stands behind the colon, as options of `Layer`."""
    options: dict[str, Any] = {}
    for part in filter(None, written.split(",")):
        option, equals, number = part.partition("=")
        if not equals:
            options["pool"] = part
        elif option in ("channel_axis", "prefix_tokens") and re.fullmatch(r"-?[0-9]{1,9}", number):
            options[option] = int(number)
        else:
            raise LayerError(
                f"cannot read {part!r} in the layer {text!r}: behind the colon stands a pooling, channel_axis=-1 or "
                "prefix_tokens=1, several with commas between."
            )
    return options


def _listed(name: str, module: nn.Module, seen: FirstPass) -> ListedLayer:
    found: Reading | None = None
    why_not, taken, shapes = "", "", tuple[tuple[int, ...], ...]()
    try:
        outputs = _fired(seen, name)
        items = [chosen_item(output, None, module, name) for output in outputs]
        tensors = [
            _samples_first(tensor_in(output, item, name), name, seen.samples)
            for output, item in zip(outputs, items, strict=True)
        ]
        taken = taken_of(outputs[0], items[0])
        shapes = tuple(tuple(tensor.shape[1:]) for tensor in tensors)
        found = reading(tensors[0], name, seen)
    except LayerError as error:
        why_not = str(error)
    if found is None:
        return ListedLayer(name, type(module).__name__, shapes, None, None, (), why_not)
    return ListedLayer(
        name,
        type(module).__name__,
        shapes,
        found.kind.name,
        tensors[0].shape[found.channel_axis],
        tuple(found.kind.pools),
        taken=taken,
        channel_axis=found.channel_axis,
        prefix_tokens=found.prefix_tokens,
    )


def _decide(layer: Layer, module: nn.Module, seen: FirstPass) -> RecordedLayer:
    name = layer.name
    output = _called(_fired(seen, name), layer.call, name)
    item = chosen_item(output, layer.item, module, name)
    tensor = _samples_first(tensor_in(output, item, name), name, seen.samples)
    found = reading(tensor, name, seen, channel_axis=layer.channel_axis, prefix_tokens=layer.prefix_tokens)
    kind = found.kind
    pool = layer.pool or next(iter(kind.pools))
    if pool not in kind.pools:
        raise LayerError(
            f"layer {name!r} gives {tuple(tensor.shape[1:])} for a sample, a {kind.name} layer, "
            f"which can be pooled by {', '.join(kind.pools)}; asked was {pool!r}."
        )
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
        channel_axis=found.channel_axis,
        prefix_tokens=found.prefix_tokens,
    )
    return dataclasses.replace(decided, units=responses_in(output, decided).shape[1])


def _name_in_study(layer: Layer, default_pool: str) -> str:
    call = "" if layer.call is None else f"@{layer.call}"
    pool = "" if layer.pool in (None, default_pool) else f":{layer.pool}"
    return f"{layer.name}{call}{pool}"


def _fired(seen: FirstPass, name: str) -> Sequence[Any]:
    outputs = seen.returned.get(name, [])
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
    if tensor.is_nested:
        raise LayerError(
            f"layer {name!r} gives a nested tensor, samples of different lengths in one; record a layer around it, or "
            "build the model without, as nn.TransformerEncoder(..., enable_nested_tensor=False)."
        )
    if tensor.ndim < 2 or tensor.shape[0] != samples or not tensor.is_floating_point():
        raise LayerError(
            f"layer {name!r} gives {tensor.dtype} of shape {tuple(tensor.shape)} for {samples} samples; "
            "a layer to record gives real numbers with the samples along the first axis and units along another."
        )
    return tensor
