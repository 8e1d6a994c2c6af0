"""What makes a picture out of numbers that are optimised, and the ways to do it by their names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from shiftscope.explain.visualisation.canvas.canvas import Canvas
from shiftscope.registry import Registry


def _nothing() -> None:
    pass


@dataclass(frozen=True)
class Parametrisation:
    """Numbers, and what makes (channel, row, column) of them, before colours and range."""

    variables: list[torch.Tensor]  # leaves that ask for a gradient
    decorrelated: Callable[[], torch.Tensor]
    scaled: bool = False  # by each variable's own deviation: its gradients, before the step
    coloured: bool = False  # what `decorrelated` gives has its colours already, and lies in the range
    after_step: Callable[[], None] = _nothing  # brings the variables back to where they may be

    def picture(self, canvas: Canvas) -> torch.Tensor:
        """(channel, row, column) in the canvas's range."""
        made = self.decorrelated()
        return made if self.coloured else canvas.picture(made)


parametrisations: Registry[Callable[[Canvas], Parametrisation]] = Registry(
    "parametrisation", "shiftscope.explain.visualisation.parametrisations"
)
parametrisation = parametrisations.named


def side_by_side(parts: Sequence[Parametrisation]) -> Parametrisation:
    """Several of one kind as one, of (picture, channel, row, column)."""

    def decorrelated() -> torch.Tensor:
        return torch.stack([part.decorrelated() for part in parts])

    def after_step() -> None:
        for part in parts:
            part.after_step()

    variables = [variable for part in parts for variable in part.variables]
    return Parametrisation(variables, decorrelated, parts[0].scaled, parts[0].coloured, after_step)
