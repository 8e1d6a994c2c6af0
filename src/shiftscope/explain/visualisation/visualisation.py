"""What a method of visualisation is, what it is given, and the methods by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import torch

from shiftscope.explain.visualisation.canvas.canvas import Canvas
from shiftscope.registry import Registry, defaults_of, refuse_unknown_options

Curve = list[Any]  # (step,) numbers, or (step, picture) where several are drawn together
Values = Callable[[torch.Tensor], torch.Tensor]  # (view, channel, row, column) in the range -> (view,)
# Views and a layer -> their values and its output.
Activations = Callable[[torch.Tensor, str], tuple[torch.Tensor, torch.Tensor]]


@dataclass(frozen=True)
class Until:
    """How strongly a picture drives a unit after each step, and where the steps are to end."""

    response: Callable[[torch.Tensor], float]  # of the unit alone to a (channel, row, column), without noise
    level: float  # infinite where all are to be taken


@dataclass(frozen=True)
class Wanted:
    """What a picture is made for, and on what."""

    values: Values
    early: Activations  # of a layer; where its name is empty, of one a quarter of the way
    late: Activations  # the same, of the last one that gives places
    canvas: Canvas
    size: tuple[int, int]  # rows and columns of the model's inputs
    steps: int
    crops: int  # 0 shows the whole, without noise
    target_score: float | None = None  # where to stop
    until: Until | None = None  # the same, by the response to the picture, which is told
    snapshots: tuple[int, ...] = ()  # steps whose pictures are kept
    on_step: Callable[[int, float], None] = field(default=lambda step, value: None)


@dataclass(frozen=True)
class Drawn:
    """A picture, and how it came to be; of several that are drawn together all, along a first axis."""

    image: torch.Tensor  # (channel, row, column) in the range
    alpha: torch.Tensor  # (row, column) how much each place mattered, summed over the steps
    curve: Curve  # value of what was shown in each step
    penalties: Curve  # what was taken off it
    snapshots: dict[int, torch.Tensor]
    best: torch.Tensor  # the picture of the largest value
    responses: list[float]  # (1 + step,) of the start and after each step, where they are told
    dead: bool = False  # no gradient from any start


Compute = Callable[..., Drawn]
C = TypeVar("C", bound=Compute)


@dataclass(frozen=True)
class Visualisation:
    """A named method; `compute(wanted, **options)` gives a `Drawn`."""

    name: str
    compute: Compute
    title: str
    steps: int
    crops: int
    starts_from_image: bool

    @property
    def options(self) -> dict[str, Any]:
        """Defaults of its options, by name."""
        return defaults_of(self.compute)

    def with_defaults(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All of its options; raises `BadRequest` for one that it does not have."""
        refuse_unknown_options(self.name, self.options, given)
        return {**self.options, **given}


visualisations: Registry[Visualisation] = Registry("method", "shiftscope.explain.visualisation.methods")


def visualisation(
    name: str, *, title: str, steps: int, crops: int, starts_from_image: bool = False
) -> Callable[[C], C]:
    """Enter a function under the name that `ss.visualise` knows it by."""

    def enter(compute: C) -> C:
        entry = Visualisation(name, compute, title, steps, crops, starts_from_image)
        visualisations.register(name, entry)
        return compute

    return enter
