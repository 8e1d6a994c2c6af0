"""What makes a picture out of numbers that are optimised, and the ways to do it by their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from shiftscope.explain.visualisation.canvas import Canvas
from shiftscope.registry import Registry


@dataclass(frozen=True)
class Parametrisation:
    """Numbers without bounds, and what makes (channel, row, column) of them, before colours and range."""

    variables: list[torch.Tensor]  # leaves that ask for a gradient
    decorrelated: Callable[[], torch.Tensor]
    scaled: bool = False  # by each variable's own deviation: its gradients, before the step


parametrisations: Registry[Callable[[Canvas], Parametrisation]] = Registry(
    "parametrisation", "shiftscope.explain.visualisation.parametrisations"
)
parametrisation = parametrisations.named
