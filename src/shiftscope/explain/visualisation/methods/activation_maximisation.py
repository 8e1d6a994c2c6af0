"""Activation maximisation."""

from __future__ import annotations

import torch

from shiftscope.explain.visualisation.ascent import ascend
from shiftscope.explain.visualisation.parametrisation import parametrisations
from shiftscope.explain.visualisation.penalties import penalty
from shiftscope.explain.visualisation.views import Look, Moved, Whole, moves
from shiftscope.explain.visualisation.visualisation import Drawn, Wanted, visualisation
from shiftscope.typed import finite_number


@visualisation("activation_maximisation", title="Activation maximisation", steps=512, crops=1)
def activation_maximisation(
    wanted: Wanted,
    *,
    parametrisation: str = "fourier",
    learning_rate: float = 0.05,
    tv: float = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    blur: float = 0.0,
) -> Drawn:
    """The picture is moved, scaled and turned a little in every step, as many times as there are crops.

    Parameters
    ----------
    parametrisation
        "fourier", "pixel", "laplacian" or "phase".
    tv, l1, l2, blur
        Weights of what holds the picture back, per pixel and channel.

    References
    ----------
    Olah, Mordvintsev & Schubert (2017), Feature Visualization.
    """
    rate = finite_number("learning_rate", learning_rate)
    weights = {"tv": tv, "l1": l1, "l2": l2, "blur": blur}
    for name, weight in weights.items():
        finite_number(name, weight)
    canvas = wanted.canvas
    middle = sum(canvas.range) / 2
    made = parametrisations[parametrisation]

    def look(step: int) -> Look:
        if not wanted.crops:
            return Whole(wanted.size)
        return Moved(moves(wanted.size, wanted.crops, generator=canvas.generator), wanted.size)

    def seen(picture: torch.Tensor, look: Look) -> tuple[torch.Tensor, torch.Tensor | None]:
        value = wanted.values(look(picture)).mean()
        return value, penalty(picture, middle, **weights) if any(weights.values()) else None

    return ascend(
        wanted,
        lambda: made(canvas),
        look,
        lambda variables: torch.optim.Adam(variables, lr=rate),
        seen=seen,
    )
