"""Another tool's attribution as a method."""

from __future__ import annotations

import warnings
from typing import Any

import torch

from shiftscope.errors import BadRequest, ResponseError

FIRST = 8  # samples that are shown together and alone
APART = 1e-4


def from_other_tool(
    method: Any, inputs: torch.Tensor | tuple[torch.Tensor, ...], target: object, seed: int, **options: Any
) -> tuple[Any, bool]:
    """What `method.attribute(inputs, target=target, **options)` gives, and whether it depends on the batch.

    Raises
    ------
    BadRequest
        The answer is not of the inputs' shape.
    ResponseError
        It is not finite.
    """

    def run(shown: torch.Tensor | tuple[torch.Tensor, ...], wanted: object) -> Any:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return method.attribute(shown, target=wanted, **options)

    found = run(inputs, target)
    _check(found, inputs, method)
    if isinstance(inputs, tuple) or any(_each_sample(value, len(inputs)) for value in options.values()):
        return found, False
    count = min(FIRST, len(inputs))
    if count < 2:
        return found, False
    per_sample = _each_sample(target, len(inputs))
    together = run(inputs[:count], target[:count] if per_sample else target)  # type: ignore[index]
    alone = [
        run(inputs[row : row + 1], target[row : row + 1] if per_sample else target)  # type: ignore[index]
        for row in range(count)
    ]
    depends = float((together - torch.cat(alone)).abs().max()) > APART
    if depends:
        warnings.warn(
            f"the maps of {type(method).__name__} depend on the batch: {count} samples together and alone differ.",
            stacklevel=3,
        )
    return found, depends


def _each_sample(value: object, samples: int) -> bool:
    return (
        isinstance(value, (torch.Tensor, list)) and bool(getattr(value, "ndim", 1)) and len(value) == samples
    )


def _check(found: Any, inputs: torch.Tensor | tuple[torch.Tensor, ...], method: Any) -> None:
    every = found if isinstance(inputs, tuple) else (found,)
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    for one, shown in zip(every, given, strict=True):
        if not isinstance(one, torch.Tensor) or one.shape != shown.shape:
            shape = tuple(one.shape) if isinstance(one, torch.Tensor) else type(one).__name__
            raise BadRequest(
                f"{type(method).__name__} gives {shape} for inputs of shape {tuple(shown.shape)}; a map has that shape."
            )
        if not bool(one.isfinite().all()):
            raise ResponseError(f"{type(method).__name__} gives maps that are not finite.")
