"""The linear map that turns recorded layers into the logits, when the model ends in one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import torch
from torch import nn

from shiftscope.model.entering import weights_of
from shiftscope.model.evaluation.evaluation import observed
from shiftscope.model.forward import forward
from shiftscope.model.linear_map import LinearMap, Weights, further_head
from shiftscope.model.output import logits_in, tensor_in, with_tensor
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.taps import Taps

REACH = 1e4  # how far responses are moved: beyond the bounds of any activation, within half precision


@dataclass(frozen=True)
class _Pass:
    """What one forward pass of a few samples tells."""

    given: Sequence[
        tuple[nn.Linear, torch.Tensor, torch.Tensor]
    ]  # each linear map, what entered it, what left it
    responses: dict[str, torch.Tensor]  # layer -> (sample, unit)
    logits: torch.Tensor
    weights: dict[nn.Linear, tuple[Weights, Weights | None]]  # of maps that may give the logits


def find_heads(
    model: nn.Module,
    layers: Sequence[RecordedLayer],
    inputs: torch.Tensor,
    output: str | int | None = None,
) -> list[LinearMap]:
    """The `nn.Linear` whose output is the logits, from each recorded layer that feeds it.

    Layers whose responses are all of what it is given come first, then those that are part of it: some of its inputs,
    as where layers are concatenated, or a term of all of them, as where they are added.

    Found by running it: a layer feeds the linear map when what that is given moves as the layer's responses do, and
    nothing else of it, while the layer's output is turned round and moved far up and down. So an activation in between
    is seen that changes nothing about the samples at hand, as one that only bounds what is large. `output` is the part
    of the model's output that is its answer.
    """
    seen = _run(model, layers, inputs, output)
    names = {module: name for name, module in model.named_modules()}
    for module, entered, left in reversed(seen.given):
        if left.shape != seen.logits.shape or not _same_answer(left, seen.logits):
            continue
        weight, bias = seen.weights[module]
        found = []
        for layer in sorted(layers, key=lambda each: _likelihood(each, names[module])):
            responses = seen.responses[layer.name]
            for first in _places(responses, entered):
                if _feeds(model, layer, module, inputs, responses, entered, first, output):
                    inputs_fed = weight[:, first : first + layer.units]
                    alone = _alike(responses, entered)
                    found.append(LinearMap(names[module], layer.name, inputs_fed, bias, alone=alone))
                    break
        if found:
            found.sort(key=lambda each: not each.alone)
            further = [replace(each, name=further_head(each.name, each.layer)) for each in found[1:]]
            return [found[0], *further]
    return []


def _likelihood(layer: RecordedLayer, name: str) -> int:
    """Outputs of layers first; of what enters modules, which may be the same, what enters this one."""
    return 0 if layer.side == "output" else 1 if layer.module == name else 2


def _places(responses: torch.Tensor, entered: torch.Tensor) -> list[int]:
    """First of the inputs, (sample, input), that the responses, (sample, unit), may be; or be a term of."""
    units, inputs = responses.shape[1], entered.shape[1]
    if units > inputs or len(responses) != len(entered):
        return []
    most = int(responses.abs().amax(dim=0).argmax())
    starts = [
        column - most
        for column in range(most, inputs - units + most + 1)
        if _alike(responses[:, most : most + 1], entered[:, column : column + 1])
    ]
    places = [first for first in starts if _alike(responses, entered[:, first : first + units])]
    return places or ([0] if units == inputs else [])


def _feeds(
    model: nn.Module,
    layer: RecordedLayer,
    head: nn.Linear,
    inputs: torch.Tensor,
    responses: torch.Tensor,
    entered: torch.Tensor,
    first: int,
    output: str | int | None,
) -> bool:
    """Whether `head` is given the layer's responses, in the inputs from `first` on, whatever they are."""
    whole = _alike(responses, entered)
    if layer.side != "output":  # what enters a module is not changed by it
        return whole
    largest = float(responses.abs().max())
    if not whole and not largest:
        return False  # nothing moves
    # As far as they go, where a bound shows; and about as large as they are, where something small beside them does.
    for factor in (REACH / (largest or 1.0), -REACH / (largest or 1.0), -1.0, 2.0):
        moved = _run(model, [layer], inputs, output, moved=layer, factor=factor)
        now = next((entered for module, entered, _ in moved.given if module is head), None)
        if now is None or now.shape != entered.shape:
            return False
        expected = entered.clone().float()
        expected[:, first : first + layer.units] += moved.responses[layer.name].float() - responses.float()
        if not _alike(now, moved.responses[layer.name] if whole else expected):
            return False
    return True


def _run(
    model: nn.Module,
    layers: Sequence[RecordedLayer],
    inputs: torch.Tensor,
    answer: str | int | None,
    moved: RecordedLayer | None = None,
    factor: float = 1.0,
) -> _Pass:
    """A pass in which the output of the layer `moved` is multiplied by `factor`."""
    given: list[tuple[nn.Linear, torch.Tensor, torch.Tensor]] = []
    calls = count()

    def keep(module: nn.Module, arguments: Any, output: Any) -> None:
        if isinstance(module, nn.Linear) and arguments and not output.is_nested:  # which has no shape
            given.append((module, arguments[0].clone(), output.clone()))

    def move(module: nn.Module, arguments: Any, output: Any) -> Any:
        if moved is None or next(calls) != moved.call:
            return None
        tensor = tensor_in(output, moved.item, moved.module)
        return with_tensor(output, tensor, tensor * factor)

    with ExitStack() as hooks:
        if moved is not None:  # first, so that what is kept is what the next module gets
            hooks.callback(model.get_submodule(moved.module).register_forward_hook(move).remove)
        for module in model.modules():
            if isinstance(module, nn.Linear):
                hooks.callback(module.register_forward_hook(keep).remove)
        hooks.enter_context(observed(model))
        taps = hooks.enter_context(Taps(model, layers))
        logits = logits_in(forward(model, inputs), answer)
        ends = {module: weights_of(module) for module, _, left in given if left.shape == logits.shape}
        return _Pass(given, taps.take(), logits, ends)


def _alike(responses: torch.Tensor, entered: torch.Tensor) -> bool:
    return responses.shape == entered.shape and torch.allclose(
        responses.float(), entered.float(), rtol=1e-4, atol=1e-6 * float(entered.abs().max())
    )


def _same_answer(left: torch.Tensor, logits: torch.Tensor) -> bool:
    """Equal, or equal but for a log-softmax behind the linear map."""
    return torch.allclose(torch.log_softmax(left.float(), 1), torch.log_softmax(logits.float(), 1), atol=1e-5)
