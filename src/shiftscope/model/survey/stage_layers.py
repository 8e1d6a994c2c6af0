"""The layers that end a stage of a network, for who names none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from shiftscope.errors import LayerError
from shiftscope.model.survey.layer_choice import ListedLayer, layers_in, whole_survey


def stage_layers(model: nn.Module, inputs: torch.Tensor) -> list[str]:
    """Names of the last layer of each stage, in order; a stage is a run of layers whose maps have one size.

    Tokens are one stage, and layers of one number a unit another, whose last is the one before the logits.

    Raises
    ------
    LayerError
        There is none but the logits.
    """
    survey = whole_survey(model, inputs)
    listed = {layer.name: layer for layer in layers_in(survey)}
    answers = {tuple(tensor.shape[1:]) for tensor in _tensors(survey.output)}
    last: dict[tuple[int, ...], str] = {}
    for layer in (listed[name] for name in _as_they_finish(list(listed))):
        if not _recordable(layer) or layer.shapes[0] in answers:
            continue  # the logits, or what is of their shape
        last.pop(_places(layer), None)
        last[_places(layer)] = layer.name
    if not last:
        raise LayerError(
            "layers='auto' finds no layer before the logits. Name them: `shiftscope layers` lists what there is."
        )
    return list(last.values())


def _recordable(layer: ListedLayer) -> bool:
    return layer.kind is not None and len(layer.shapes) == 1


def _places(layer: ListedLayer) -> tuple[int, ...]:
    """(row, column) or (token,) of the output, () where each unit gives one number."""
    axes = list(layer.shapes[0])
    axis = layer.channel_axis or -1
    del axes[axis - 1 if axis > 0 else axis]
    return tuple(axes) if any(size > 1 for size in axes) else ()


def _tensors(output: Any) -> Iterator[torch.Tensor]:
    if isinstance(output, torch.Tensor):
        yield output
    elif isinstance(output, (Mapping, tuple, list)):
        for part in output.values() if isinstance(output, Mapping) else output:
            yield from _tensors(part)


def _as_they_finish(names: Sequence[str]) -> Iterator[str]:
    """Names of modules, each container behind what it contains; `names` has it in front."""
    open_: list[str] = []
    for name in names:
        while open_ and not name.startswith(f"{open_[-1]}."):
            yield open_.pop()
        open_.append(name)
    yield from reversed(open_)
