"""The units that are asked for, as a function of the model's inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from shiftscope.errors import BadRequest, ModelError
from shiftscope.explain.attribution.function import Function, Joined
from shiftscope.model.evaluation.evaluation import device_and_dtype, observed
from shiftscope.model.forward import forward
from shiftscope.model.module_names import named_modules
from shiftscope.model.output import answer_item, logits_in, tensor_in
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.survey.find_answer import are_probabilities
from shiftscope.model.survey.layer import Layer
from shiftscope.model.survey.layer_choice import choose_layers
from shiftscope.model.survey.survey import Survey
from shiftscope.model.target import Channel, Direction, Feature, Logit, Neuron, Sum, Target, as_target
from shiftscope.model.terms import KnownTargets


def function_of(
    model: nn.Module, target: object, first: torch.Tensor, samples: int, shapes: Sequence[torch.Size] | None
) -> tuple[Function, bool]:
    """The function, and whether it has one unit because one was asked for, not a list of one.

    Parameters
    ----------
    target
        None, the index of a category, (sample,) of them or a tuple for an output of more axes, as captum reads them; a
        unit's address, a target, a callable from the output to (sample,), or a list of addresses and targets.
    first : (sample, ...) a few inputs, which the model is shown.
    samples
        How many there are in all.
    """
    target = _plain(target)
    several = isinstance(target, list) and bool(target) and all(_is_unit(each) for each in target)
    if several or _is_unit(target):
        asked = target if several else [target]
        assert isinstance(asked, list)
        targets = [as_target(each) for each in asked]
        return _of_units(model, targets, first, shapes), not several
    pick = _pick(target, samples)
    return Function(model, pick, 1, names=[_told(target)], shapes=shapes), True


def _plain(target: object) -> object:
    """A target whose whole numbers are those of Python."""
    if isinstance(target, (np.ndarray, np.generic, torch.Tensor)):
        return target.tolist()
    return [_plain(each) for each in target] if isinstance(target, list) else target


def _is_unit(target: object) -> bool:
    return isinstance(target, (str, Target))


def _told(target: object) -> str:
    if callable(target):
        return str(getattr(target, "__name__", "the target"))
    return "the output" if target is None else f"category {target}"


def _pick(target: object, samples: int) -> Callable[[Any, torch.Tensor], torch.Tensor]:
    if callable(target):
        asked = target
        return lambda output, rows: _one_each(asked(output), rows)
    if target is None:
        return _only_number
    if isinstance(target, bool):
        raise BadRequest(f"target={target!r} is no category.")
    if isinstance(target, (int, tuple)):
        index = target if isinstance(target, tuple) else (target,)
        return lambda output, rows: _at(output, [index] * len(rows), rows)
    if isinstance(target, list) and all(
        isinstance(each, (int, tuple)) and not isinstance(each, bool) for each in target
    ):
        if len(target) == 1:
            target = target * samples
        if len(target) != samples:
            raise BadRequest(
                f"{len(target)} targets for {samples} samples: give one for each, or one for all."
            )
        every = [each if isinstance(each, tuple) else (each,) for each in target]
        return lambda output, rows: _at(output, [every[row] for row in rows.tolist()], rows)
    as_target(target)  # type: ignore[arg-type]  # which raises
    raise AssertionError


def _tensor(output: Any, rows: torch.Tensor) -> torch.Tensor:
    if isinstance(output, torch.Tensor):
        return output
    return tensor_in(output, answer_item(output, None, len(rows), 0), "the model")


def _only_number(output: Any, rows: torch.Tensor) -> torch.Tensor:
    tensor = _tensor(output, rows)
    if tensor.numel() != len(rows):
        count = tensor.numel() // len(rows)
        raise BadRequest(f"the model gives {count} numbers a sample; name a category or a unit.")
    return tensor.reshape(-1, 1)


def _one_each(numbers: object, rows: torch.Tensor) -> torch.Tensor:
    if not isinstance(numbers, torch.Tensor) or numbers.numel() != len(rows) or len(numbers) != len(rows):
        shape = tuple(numbers.shape) if isinstance(numbers, torch.Tensor) else type(numbers).__name__
        raise BadRequest(f"the target gives {shape} for {len(rows)} samples; it gives one number a sample.")
    return numbers.reshape(-1, 1)


def _at(output: Any, indices: Sequence[tuple[int, ...]], rows: torch.Tensor) -> torch.Tensor:
    tensor = _tensor(output, rows)
    axes = tensor.shape[1:]
    for index in indices:
        if len(index) != len(axes):
            raise BadRequest(
                f"target {index if len(index) != 1 else index[0]} for outputs of shape {tuple(axes)} a sample: give "
                f"{len(axes)} numbers, one an axis."
            )
        if any(not -length <= place < length for place, length in zip(index, axes, strict=True)):
            raise BadRequest(
                f"no category {index if len(index) != 1 else index[0]}; there are "
                f"{' x '.join(map(str, axes))}, from 0 to {axes[-1] - 1}."
            )
    along = torch.tensor(indices, device=tensor.device).T
    return tensor[(torch.arange(len(tensor), device=tensor.device), *along)].reshape(-1, 1)


def _of_units(
    model: nn.Module, targets: Sequence[Target], first: torch.Tensor, shapes: Sequence[torch.Size] | None
) -> Function:
    device, dtype = device_and_dtype(model)
    shown = first.to(device, dtype)
    layers = _layers(model, targets, shown)
    categories, output, probabilities = 0, None, False
    if any(_reads_answer(target) for target in targets):
        with observed(model):
            given = forward(model, shown)
        output = answer_item(given, None, len(shown), 0)
        logits = logits_in(given, output, len(shown))
        categories, probabilities = logits.shape[1], are_probabilities(logits)
    known = KnownTargets(layers, categories, {}, None)
    terms = [known.terms(target) for target in targets]
    return Function(
        model,
        terms,
        len(targets),
        names=[str(target) for target in targets],
        output=output,
        probabilities=probabilities,
        shapes=shapes,
    )


def _layers(model: nn.Module, targets: Sequence[Target], inputs: torch.Tensor) -> Mapping[str, RecordedLayer]:
    """How each layer that the targets name is read, by the name that they use."""
    names = dict.fromkeys(name for target in targets for name in _named(target))
    return {name: layer_read(model, name, inputs) for name in names}


def layer_read(model: nn.Module, name: str, inputs: torch.Tensor) -> RecordedLayer:
    """How the layer of that name is read, from what the model gives for a few inputs (sample, ...)."""
    inside = f"model.{name}" if isinstance(model, Joined) else name
    survey = Survey.of(model, inputs, layers=[Layer.parse(inside, named_modules(model))])
    (found,) = choose_layers(survey)
    return found


def _named(target: Target) -> list[str]:
    if isinstance(target, Sum):
        return [name for _, part in target.parts for name in _named(part)]
    return [target.layer] if isinstance(target, (Neuron, Channel, Direction, Feature)) else []


def _reads_answer(target: Target) -> bool:
    if isinstance(target, Sum):
        return any(_reads_answer(part) for _, part in target.parts)
    return isinstance(target, Logit)


class UnitModule(nn.Module):
    """A model that gives one unit of another, (sample, 1); in the mode of that model."""

    def __init__(self, model: nn.Module, target: Target | str | int) -> None:
        super().__init__()
        self.model = model
        self.target = as_target(target)
        self._function: Function | None = None

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """(sample, 1); raises `ModelError` where the unit cannot be read."""
        if self._function is None:
            with torch.no_grad():
                self._function = _of_units(self.model, [self.target], inputs.detach()[:2], None)
        if not inputs.is_floating_point():
            raise ModelError(f"inputs are {inputs.dtype}; a gradient needs floating point.")
        return self._function.once(inputs, torch.arange(len(inputs), device=inputs.device))


def probe_module(model: nn.Module, unit: Target | str | int) -> UnitModule:
    """A module that gives (sample, 1), the unit's value for each sample: what other attribution tools are built on.

    Parameters
    ----------
    unit
        An address, "layer4:17", the number of a category, or a target such as `ss.Neuron`.
    """
    from shiftscope.model.evaluation.evaluation import unwrap

    probe = UnitModule(unwrap(model), unit)
    probe.training = model.training  # its own: modules of the model may be in modes of theirs
    return probe
