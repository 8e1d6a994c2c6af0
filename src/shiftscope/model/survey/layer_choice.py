"""The choice of layers: what the model has, and what will be recorded of what the user asks for."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from shiftscope.errors import LayerError
from shiftscope.model.evaluation.evaluation import unwrap
from shiftscope.model.module_names import named_modules
from shiftscope.model.output import chosen_item, responses_in, taken_of, tensor_in
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.survey.layer import Layer
from shiftscope.model.survey.reading import Reading, reading
from shiftscope.model.survey.survey import Survey


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
    return layers_in(whole_survey(model, inputs))


def whole_survey(model: nn.Module, inputs: torch.Tensor) -> Survey:
    """One forward pass over `inputs` (sample, ...) that keeps what every named module gives."""
    model = unwrap(model)
    return Survey.of(model, inputs, layers=[Layer(name) for name in named_modules(model)])


def layers_in(survey: Survey) -> list[ListedLayer]:
    """Every named module of a survey that kept them all, in order."""
    return [_listed(name, module, survey) for name, module in named_modules(survey.model).items()]


def choose_layers(survey: Survey) -> list[RecordedLayer]:
    """Decide what is recorded for each layer that was asked for.

    Raises
    ------
    LayerError
        A layer that never runs, gives no tensor with the samples first, runs several times without `call`,
        has no such pooling, or of which nothing tells which axis holds the units or how many tokens are left out.
    """
    chosen: dict[str, RecordedLayer] = {}
    for layer in survey.layers:
        found = _decide(layer, survey)
        if chosen.setdefault(found.name, found) != found:
            raise LayerError(
                f"layer {found.name!r} is asked for twice with different settings; a study has one layer of a name."
            )
    return list(chosen.values())


def _listed(name: str, module: nn.Module, survey: Survey) -> ListedLayer:
    found: Reading | None = None
    why_not, taken, shapes = "", "", tuple[tuple[int, ...], ...]()
    try:
        outputs = _fired(survey, name)
        items = [chosen_item(output, None, module, name) for output in outputs]
        tensors = [
            _samples_first(tensor_in(output, item, name), name, len(survey.inputs))
            for output, item in zip(outputs, items, strict=True)
        ]
        taken = taken_of(outputs[0], items[0])
        shapes = tuple(tuple(tensor.shape[1:]) for tensor in tensors)
        found = reading(tensors[0], name, survey)
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


def _decide(layer: Layer, survey: Survey) -> RecordedLayer:
    name, module = layer.name, survey.model.get_submodule(layer.name)
    output = _called(_fired(survey, name), layer.call, name)
    item = chosen_item(output, layer.item, module, name)
    tensor = _samples_first(tensor_in(output, item, name), name, len(survey.inputs))
    found = reading(tensor, name, survey, channel_axis=layer.channel_axis, prefix_tokens=layer.prefix_tokens)
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


def _fired(survey: Survey, name: str) -> Sequence[Any]:
    outputs = survey.returned[name]
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
