"""A unit, direction, logit or sum of them as a differentiable function of the model's input."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any

import torch
from torch import nn

from shiftscope.errors import BadRequest, LayerError, ModelError
from shiftscope.model.answer import Answer
from shiftscope.model.entering import entering_of
from shiftscope.model.evaluation.evaluation import device_and_dtype, followed, unwrap
from shiftscope.model.forward import forward
from shiftscope.model.output import log_of, logits_in, tensor_in
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.taps import refuse_not_run
from shiftscope.model.target import Target
from shiftscope.model.terms import Encoder, KnownTargets, Term


class Probe:
    """A target as a function: `probe(inputs)` is (sample,), `probe.map(inputs)` (sample, row, column).

    Each call runs the model in eval mode with frozen weights and hands it back as it came; the pass ends where the
    target is known. As a context (`with probe:`) the model is made ready once, and stays so until the context ends.
    Inputs are model inputs (sample, ...), as the recorded dataset gives them. Values are float32, or float64 of a model
    that computes in it. Where inputs ask for a gradient the values have one; sum them over the samples before the one
    backward pass, as `gradient` does, and no sample's gradient depends on its neighbours. A model that runs parts of
    itself again in the backward pass (torch.utils.checkpoint) has to be held by the context until that is over.

    Raises
    ------
    BadRequest
        No such unit or category, a vector that does not fit, a pooling that there is not.
    NotInStudy
        No such layer.
    LayerError
        A map where there are no places, or patch tokens that are no square and no `grid` is given.
    """

    def __init__(
        self,
        model: nn.Module,
        target: Target,
        layers: Mapping[str, RecordedLayer],
        answer: Answer,
        categories: int,
        *,
        encoders: Mapping[str, Encoder] | None = None,
        deviation: Callable[[Target], float] | None = None,
        grid: tuple[int, int] | None = None,
    ) -> None:
        self.model, self.target, self.grid = unwrap(model), target, grid
        self._answer = answer
        known = KnownTargets(layers, categories, encoders or {}, deviation)
        self._terms = known.terms(target)
        self._ready = 0
        self._held = ExitStack()

    def __call__(self, inputs: torch.Tensor) -> torch.Tensor:
        """(sample,) values of the target for `inputs` (sample, ...); raises `BadRequest` where they are no tensor."""
        numbers = self._read(inputs, lambda term, tensor: term.weight * term.number(tensor))
        if inputs.requires_grad and any(number.requires_grad for number in numbers):
            for term, number in zip(self._terms, numbers, strict=True):
                if not number.requires_grad:
                    raise ModelError(_no_gradient(term.target))
        return _sum(numbers)

    def map(self, inputs: torch.Tensor) -> torch.Tensor:
        """(sample, row, column) values at each place of the layer, or (sample, place) of a one-dimensional one."""
        for term in self._terms:
            self._refuse_without_places(term)
        maps = self._read(
            inputs, lambda term, tensor: term.weight * self._arranged(term, term.places(tensor))
        )
        if len(sizes := {tuple(each.shape[1:]) for each in maps}) > 1:
            raise LayerError(f"maps of different sizes have no sum: {', '.join(map(str, sorted(sizes)))}.")
        return _sum(maps)

    def gradient(self, inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(sample,) values, and their gradients, of the inputs' shape; each sample's own, whatever is beside it.

        Raises
        ------
        ModelError
            The target has no gradient with respect to the inputs.
        """
        _check_tensor(inputs)
        with torch.inference_mode(False), torch.enable_grad(), self:
            asked = inputs.detach().clone()
            if not asked.is_floating_point():
                raise ModelError(f"{self.target} has no gradient with respect to inputs of whole numbers.")
            values = self(asked.requires_grad_())
            found = _gradient(values, asked) if values.requires_grad else None
        if found is None:
            raise ModelError(_no_gradient(self.target))
        return values.detach(), found

    def __enter__(self) -> Probe:
        if not self._ready:
            self._held.enter_context(followed(self.model))
        self._ready += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ready -= 1
        if not self._ready:
            self._held.__exit__(kind, error, trace)

    def _read(
        self, inputs: torch.Tensor, of: Callable[[Term, torch.Tensor], torch.Tensor]
    ) -> list[torch.Tensor]:
        """What `of` makes for each term of what is read for it, from one forward pass."""
        _check_tensor(inputs)
        device, dtype = device_and_dtype(self.model)
        with self, torch.inference_mode(False), torch.enable_grad():
            if inputs.requires_grad:
                self._refuse_quantised()
            shown = inputs.clone() if inputs.is_inference() else inputs
            shown = shown.to(device, dtype if shown.is_floating_point() else None)
            with Reading(self.model, self._terms, of) as reading:
                try:
                    output = forward(self.model, shown, self._answer.autocast)
                except AllRead:
                    return reading.taken()
            logits = logits_in(output, self._answer.output, len(inputs)).float()
            reading.answered(log_of(logits) if self._answer.probabilities else logits)
            return reading.taken()

    def _refuse_quantised(self) -> None:
        """Raise `ModelError` for arithmetic whose gradient torch takes for zero."""
        quantised = [
            name for name, module in self.model.named_modules() if ".quantized" in type(module).__module__
        ]
        if quantised:
            raise ModelError(
                f"{self.target} has no gradient with respect to the input: {quantised[0]!r} is quantised. Take the "
                "model as it was before."
            )

    def _refuse_without_places(self, term: Term) -> None:
        layer = term.layer
        if layer is None or layer.kind == "neuron" or layer.pool == "cls" or layer.side == "patches":
            where = "the answer" if layer is None else f"{layer.name!r}, read as {layer.read_as},"
            raise LayerError(f"{term.target} has no map: {where} has no places.")

    def _arranged(self, term: Term, places: torch.Tensor) -> torch.Tensor:
        """(sample, row, column) of patch tokens; maps as they are."""
        if term.layer is None or term.layer.kind != "token dimension":
            return places
        tokens = places.shape[1]
        side = math.isqrt(tokens)
        rows, columns = self.grid or (side, side)
        if rows * columns != tokens:
            if self.grid is None:
                raise LayerError(f"{tokens} patch tokens are not a square; give grid=(rows, columns).")
            raise LayerError(
                f"grid {rows}x{columns} needs {rows * columns} patch tokens; the layer gives {tokens}."
            )
        return places.reshape(-1, rows, columns)


def _check_tensor(inputs: object) -> None:
    if not isinstance(inputs, torch.Tensor):
        raise BadRequest(
            f"inputs of type {type(inputs).__name__}; a probe takes a tensor (sample, ...), as live.inputs(dataset, "
            "positions) gives."
        )


def _gradient(values: torch.Tensor, inputs: torch.Tensor) -> torch.Tensor | None:
    try:
        return torch.autograd.grad(values.sum(), inputs, allow_unused=True)[0]
    except RuntimeError as error:  # of a model that does more in the backward pass, as torch.utils.checkpoint
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise ModelError(
            f"the backward pass failed: {reason} If the model recomputes parts of it (torch.utils.checkpoint), switch "
            "that off."
        ) from error


def _no_gradient(target: Target) -> str:
    return (
        f"{target} has no gradient with respect to the input; is the layer behind a detach(), inside a reentrant "
        "checkpoint, or are its numbers rounded or counted?"
    )


def _sum(tensors: list[torch.Tensor]) -> torch.Tensor:
    with torch.inference_mode(False), torch.enable_grad():  # whatever is around a call
        return tensors[0] if len(tensors) == 1 else torch.stack(tensors).sum(0)


class AllRead(BaseException):
    """Ends a forward pass that has nothing more to tell; no `except Exception` of a model's stops it."""


class Reading:
    """A context in which a forward pass leaves what terms read, with its graph, and ends after the last of them."""

    def __init__(
        self, model: nn.Module, terms: Sequence[Term], of: Callable[[Term, torch.Tensor], torch.Tensor]
    ) -> None:
        self._modules = dict(model.named_modules())
        self._terms, self._of = terms, of
        self._handles: list[torch.utils.hooks.RemovableHandle] = []
        self._read: dict[int, torch.Tensor] = {}

    def __enter__(self) -> Reading:
        wanted: dict[str, list[int]] = {}
        for key, term in enumerate(self._terms):
            if term.layer is not None:
                wanted.setdefault(term.layer.module, []).append(key)
        for name, keys in wanted.items():
            self._handles.append(self._modules[name].register_forward_hook(self._hook(keys)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def answered(self, logits: torch.Tensor) -> None:
        for key, term in enumerate(self._terms):
            if term.layer is None:
                self._read[key] = self._of(term, logits)

    def taken(self) -> list[torch.Tensor]:
        """What was read, in the order of the terms."""
        keys = enumerate(self._terms)
        refuse_not_run([term.layer.name for key, term in keys if term.layer and key not in self._read])
        return [self._read[key] for key in range(len(self._terms))]

    def _hook(self, keys: Sequence[int]) -> Callable[..., None]:
        calls = 0

        def keep(module: nn.Module, arguments: Any, output: Any) -> None:
            nonlocal calls
            call, calls = calls, calls + 1
            here = [key for key in keys if (layer := self._terms[key].layer) and layer.call == call]
            last = len(self._read) + len(here) == len(self._terms)
            for key in here:
                self._read[key] = self._of_output(
                    self._terms[key], module, arguments, output, copied=not last
                )
            if last:
                raise AllRead

        return keep

    def _of_output(
        self, term: Term, module: nn.Module, arguments: Any, output: Any, *, copied: bool
    ) -> torch.Tensor:
        assert term.layer is not None
        given = entering_of(module, arguments, output, term.layer.side)
        tensor = tensor_in(given, term.layer.item, term.layer.module)
        # A layer that works in place may come behind.
        return self._of(term, tensor.clone() if copied else tensor)
