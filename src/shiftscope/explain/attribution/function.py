"""Units of a model as one function of its inputs: values, gradients, and what a layer says on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from shiftscope.errors import LayerError, ModelError
from shiftscope.model.evaluation.evaluation import device_and_dtype, followed
from shiftscope.model.forward import forward
from shiftscope.model.output import log_of, logits_in, tensor_in, with_tensor
from shiftscope.model.probe import AllRead, Reading
from shiftscope.model.terms import Term

Pick = Callable[[Any, torch.Tensor], torch.Tensor]  # the model's output and the (row,) samples -> (row, unit)


class Joined(nn.Module):
    """A model of several inputs, or of further arguments, as a model of one tensor."""

    def __init__(
        self, model: nn.Module, shapes: Sequence[torch.Size] | None, arguments: Sequence[Any], samples: int
    ) -> None:
        super().__init__()
        self.model, self.shapes, self.arguments, self.samples = model, shapes, arguments, samples
        self.rows: torch.Tensor | None = (
            None  # the samples that the next pass shows; the first ones where None
        )

    def forward(self, inputs: torch.Tensor) -> Any:
        rows = torch.arange(len(inputs), device=inputs.device) if self.rows is None else self.rows
        return self.model(*parted(inputs, self.shapes), *[self._of(each, rows) for each in self.arguments])

    def _of(self, argument: Any, rows: torch.Tensor) -> Any:
        if isinstance(argument, torch.Tensor) and argument.ndim and len(argument) == self.samples:
            return argument[rows.to(argument.device)]
        return argument


def parted(inputs: torch.Tensor, shapes: Sequence[torch.Size] | None) -> tuple[torch.Tensor, ...]:
    """The inputs that lie in each row one behind the other, each of its own shape."""
    if shapes is None:
        return (inputs,)
    parts = torch.split(inputs, [shape.numel() for shape in shapes], dim=-1)
    return tuple(part.reshape(*inputs.shape[:-1], *shape) for part, shape in zip(parts, shapes, strict=True))


class Function:
    """Units of one model: `values(points, rows)` is (row, unit), `gradient` that and (row, unit, ...).

    The model is in eval mode with frozen weights inside `with function:`, where all calls belong, and is handed back
    as it came. `rows` says which sample each point belongs to.

    Parameters
    ----------
    read
        For each unit the terms that sum to it; or what picks (row, unit) out of the model's output.
    rows
        How many points one pass shows at most.
    """

    def __init__(
        self,
        model: nn.Module,
        read: Sequence[Sequence[Term]] | Pick,
        units: int,
        *,
        names: Sequence[str],
        rows: int = 1,
        output: str | int | None = None,
        probabilities: bool = False,
        autocast: str = "",
        shapes: Sequence[torch.Size] | None = None,
    ) -> None:
        self.model, self.units, self.names, self.rows, self.shapes = model, units, names, rows, shapes
        self.module_names: dict[int, str] = {id(module): name for name, module in model.named_modules()}
        self._weighted = any(each.is_floating_point() for each in (*model.parameters(), *model.buffers()))
        self._pick = read if callable(read) else None
        self._units = [] if callable(read) else [list(terms) for terms in read]
        self._output, self._probabilities, self._autocast = output, probabilities, autocast

    @contextmanager
    def held(self) -> Iterator[Function]:
        """Inside, the model is ready for passes."""
        with followed(self.model):
            yield self

    def values(self, points: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """(row, unit) of (row, ...) points, without a graph, in as many passes as are needed."""
        with torch.no_grad():
            found = [
                self.once(points[start : start + self.rows], rows[start : start + self.rows])
                for start in range(0, len(points), self.rows)
            ]
        return torch.cat(found)

    def gradient(self, points: torch.Tensor, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(row, unit) values and (row, unit, ...) gradients of (row, ...) points, in one pass.

        Raises
        ------
        ModelError
            A unit has no gradient with respect to the inputs.
        """
        asked = points.detach().clone().requires_grad_()
        with torch.enable_grad():
            values = self.once(asked, rows)
        return values.detach(), self._backward(values, asked)

    def at_layer(
        self, layer: str, points: torch.Tensor, rows: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What a module gives for the points, (row, ...), and each unit's gradient there, (row, unit, ...).

        Raises
        ------
        LayerError
            The module does not run before the units are known, or nothing leads from it to them.
        """
        seen: list[torch.Tensor] = []

        def keep(module: nn.Module, arguments: Any, output: Any) -> Any:
            tensor = tensor_in(output, None, layer)
            kept = tensor if tensor.requires_grad else tensor.detach().requires_grad_()
            seen[:] = [kept]
            return with_tensor(output, tensor, kept.clone())  # which a layer behind may work on in place

        handle = self.model.get_submodule(layer).register_forward_hook(keep)
        try:
            with torch.enable_grad():
                values = self.once(points.detach().clone().requires_grad_(), rows)
        finally:
            handle.remove()
        if not seen or not values.requires_grad:
            raise LayerError(f"{self.names[0]} cannot be reached from {layer}.")
        return seen[0].detach(), self._backward(values, seen[0], layer)

    def once(self, points: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """(row, unit) from one pass; with its graph where gradients are on and asked for."""
        shown = points.to(*device_and_dtype(self.model)) if self._weighted else points
        if isinstance(self.model, Joined):
            self.model.rows = rows
        values = self._picked(shown, rows) if self._pick else self._termed(shown)
        return values if values.dtype == torch.float64 else values.float()

    def _picked(self, shown: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        assert self._pick is not None
        return self._pick(forward(self.model, shown, self._autocast), rows)

    def _termed(self, shown: torch.Tensor) -> torch.Tensor:
        flat = [term for terms in self._units for term in terms]
        with Reading(self.model, flat, lambda term, tensor: term.weight * term.number(tensor)) as reading:
            try:
                output = forward(self.model, shown, self._autocast)
            except AllRead:
                pass
            else:
                logits = logits_in(output, self._output, len(shown))
                logits = logits if logits.dtype == torch.float64 else logits.float()
                reading.answered(log_of(logits) if self._probabilities else logits)
            numbers = iter(reading.taken())
        sums = [torch.stack([next(numbers) for _ in terms]).sum(0) for terms in self._units]
        return torch.stack(sums, dim=1)

    def _backward(self, values: torch.Tensor, asked: torch.Tensor, layer: str = "") -> torch.Tensor:
        found = []
        for unit in range(self.units):
            wanted = values[:, unit]
            gradient = (
                torch.autograd.grad(
                    wanted.sum(), asked, retain_graph=unit < self.units - 1, allow_unused=True
                )[0]
                if wanted.requires_grad
                else None
            )
            if gradient is None:
                self._refuse_cut(unit, asked, layer)
            found.append(gradient)
        return torch.stack([each for each in found if each is not None], dim=1)

    def _refuse_cut(self, unit: int, asked: torch.Tensor, layer: str) -> None:
        if layer:
            raise LayerError(f"{self.names[unit]} cannot be reached from {layer}.")
        from shiftscope.explain.attribution.checks import where_cut

        cut = where_cut(self, asked)
        raise ModelError(
            cut
            or f"{self.names[unit]} has no gradient with respect to the input; is the layer behind a detach()?"
        )
