"""Activation maximisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.climb.ascent import ascend
from shiftscope.explain.visualisation.climb.diversity import alike
from shiftscope.explain.visualisation.climb.fading_steps import FadingSteps
from shiftscope.explain.visualisation.climb.penalties import penalty
from shiftscope.explain.visualisation.climb.views import Look, Moved, Whole, moves
from shiftscope.explain.visualisation.generated import generated
from shiftscope.explain.visualisation.parametrisation import (
    Parametrisation,
    parametrisations,
    side_by_side,
)
from shiftscope.explain.visualisation.prior import Generator
from shiftscope.explain.visualisation.visualisation import Drawn, Wanted, visualisation
from shiftscope.typed import check_choice, finite_number, whole_number

FOURIER = "fourier"
Optimiser = Literal["adam", "dgn-am"]
RATES = {"adam": 0.05, "dgn-am": 8.0}


@visualisation("activation_maximisation", title="Activation maximisation", steps=512, crops=1)
def activation_maximisation(
    wanted: Wanted,
    *,
    parametrisation: str = FOURIER,
    learning_rate: float | None = None,
    optimiser: str = "adam",
    tv: float = 0.0,
    l1: float = 0.0,
    l2: float = 0.0,
    blur: float = 0.0,
    prior: str | Generator | None = None,
    prior_steps: int | None = None,
    together: int = 1,
    diversity: float = 1.0,
    late_layer: str = "",
) -> Drawn:
    """The picture is moved, scaled and turned a little in every step, as many times as there are crops.

    Parameters
    ----------
    parametrisation
        "fourier", "pixel", "laplacian" or "phase".
    learning_rate
        0.05 where not given; with "dgn-am" the length of the first step, 8.
    optimiser
        "adam"; or, for the code of a prior, "dgn-am": steps along the gradient over its mean absolute value, in the
        code's own units, that fade linearly. The code is put into its box, and shrunk to 0.99.
    tv, l1, l2, blur
        Weights of what holds the picture back, per pixel and channel.
    prior
        "pca" or "autoencoder", fitted on the reference's pictures, or a generator: it makes the picture in place of a
        parametrisation.
    prior_steps
        Of the autoencoder's training; 1,500 where not given.
    together
        Pictures that are drawn at once, and kept apart from each other.
    diversity
        In units of the response: how much a picture loses by being like the others, whose Gram matrices are compared.
    late_layer
        Whose Gram matrices; the last one that gives places where not given.

    References
    ----------
    Olah, Mordvintsev & Schubert (2017), Feature Visualization.
    Nguyen, Dosovitskiy, Yosinski, Brox & Clune (2016), Synthesizing the Preferred Inputs for Neurons in Neural Networks
    via Deep Generator Networks.
    """
    check_choice("optimiser", optimiser, Optimiser)
    rate = finite_number("learning_rate", RATES[optimiser] if learning_rate is None else learning_rate)
    fading = optimiser == "dgn-am"
    weights = {"tv": tv, "l1": l1, "l2": l2, "blur": blur}
    for name, weight in {**weights, "diversity": diversity}.items():
        finite_number(name, weight)
    count = whole_number("together", together, 1)
    canvas = wanted.canvas
    _refuse_beside_prior(prior, parametrisation, prior_steps=prior_steps, fading=fading)
    if count > 1 and canvas.start is not None:
        raise BadRequest("pictures that are drawn together start from noise, not from an image.")
    middle = sum(canvas.range) / 2
    made = parametrisations[parametrisation]

    def one() -> Parametrisation:
        return (
            made(canvas)
            if prior is None
            else generated(canvas, prior, prior_steps=prior_steps, own_units=fading)
        )

    def steps(variables: Sequence[torch.Tensor]) -> torch.optim.Optimizer:
        if fading:
            return FadingSteps(variables, first=rate, steps=wanted.steps)
        return torch.optim.Adam(variables, lr=rate)

    def look(step: int) -> Look:
        if not wanted.crops:
            return Whole(wanted.size)
        return Moved(moves(wanted.size, wanted.crops, generator=canvas.generator), wanted.size)

    def seen(picture: torch.Tensor, look: Look) -> tuple[torch.Tensor, torch.Tensor | None]:
        value = wanted.values(look(picture)).mean()
        return value, penalty(picture, middle, **weights) if any(weights.values()) else None

    def seen_together(pictures: torch.Tensor, look: Look) -> tuple[torch.Tensor, torch.Tensor | None]:
        views = torch.cat([look(picture) for picture in pictures])
        if diversity:
            values, given = wanted.late(views, late_layer)
            off = diversity * alike(given.reshape(count, -1, *given.shape[1:]))
        else:
            values, off = wanted.values(views), views.new_zeros(count)
        if any(weights.values()):
            off = off + torch.stack([penalty(picture, middle, **weights) for picture in pictures])
        return values.reshape(count, -1).mean(1), off if off.requires_grad else None

    return ascend(
        wanted,
        one if count == 1 else lambda: side_by_side([one() for _ in range(count)]),
        look,
        steps,
        seen=seen if count == 1 else seen_together,
    )


def _refuse_beside_prior(
    prior: str | Generator | None, parametrisation: str, *, prior_steps: int | None, fading: bool
) -> None:
    """Raise `BadRequest` for options that have no place beside a prior, or that lack one."""
    if fading and prior is None:
        raise BadRequest("optimiser='dgn-am' moves the code of a prior: give one, as prior='pca'.")
    if prior is not None and parametrisation != FOURIER:
        raise BadRequest(
            f"a prior makes the picture: parametrisation={parametrisation!r} has no place beside it."
        )
    if prior_steps is not None:
        whole_number("prior_steps", prior_steps, 1)
        if not isinstance(prior, str):
            raise BadRequest("prior_steps are of a prior that is fitted: give one, as prior='autoencoder'.")
