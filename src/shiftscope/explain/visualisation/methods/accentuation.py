"""Accentuation."""

from __future__ import annotations

import warnings

import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.climb.ascent import ascend, gradient_of
from shiftscope.explain.visualisation.climb.views import Crops, Look, Whole, boxes, noise
from shiftscope.explain.visualisation.parametrisation import parametrisations
from shiftscope.explain.visualisation.visualisation import Drawn, Wanted, visualisation
from shiftscope.typed import finite_number

SIDES = 0.4, 0.99  # of the crops, as shares of the picture
NORMAL, EVEN = 0.02, 0.01  # noise over the crops, as shares of the range
NO_GRADIENT = 1e-12


@visualisation("accentuation", title="Accentuation", steps=60, crops=8, starts_from_image=True)
def accentuation(
    wanted: Wanted,
    *,
    parametrisation: str = "phase",
    learning_rate: float = 0.05,
    strength: float = 1.0,
    early_layer: str = "",
) -> Drawn:
    """A given picture with more of what the unit reads, which stays near it in what an early layer says.

    Parameters
    ----------
    parametrisation
        "phase" (magnitudes of the picture's spectrum can fade, and not grow), "fourier" or "pixel".
    strength
        Weight of the distance to the given picture; its gradient and the unit's are brought to one size at the start.
    early_layer
        Whose output measures that distance; a quarter of the way through the model where not given.

    References
    ----------
    Hamblin, Fel, Saha, Konkle & Alvarez (2024), Feature Accentuation: Revealing 'What' Features Respond to in Natural
    Images.
    """
    strength, rate = finite_number("strength", strength), finite_number("learning_rate", learning_rate)
    canvas = wanted.canvas
    if canvas.start is None:
        raise BadRequest("accentuation starts from a picture: give image=(channel, row, column).")
    seed = canvas.start.to(canvas.device, canvas.dtype)
    width = canvas.range[1] - canvas.range[0]
    balance: list[torch.Tensor] = []

    def look(step: int) -> Look:
        if not wanted.crops:
            return Whole(wanted.size)
        where = boxes(
            canvas.shape[1:],
            wanted.size,
            wanted.crops,
            least=SIDES[0],
            most=SIDES[1],
            generator=canvas.generator,
        )
        shape = (wanted.crops, canvas.shape[0], *wanted.size)
        over = noise(shape, NORMAL * width, EVEN * width, generator=canvas.generator)
        return Crops(
            where,
            None if over is None else over.to(canvas.device, canvas.dtype),
            wanted.size,
        )

    def seen(picture: torch.Tensor, look: Look) -> tuple[torch.Tensor, torch.Tensor | None]:
        if not strength:
            return wanted.values(look(picture)).mean(), None
        with torch.no_grad():
            before = wanted.early(look(seed), early_layer)[1]
        values, now = wanted.early(look(picture), early_layer)
        apart = (now - before).flatten(2) if now.ndim > 2 else (now - before)[:, :, None]
        distance = _mean_norm(apart)
        if not balance and (found := _balance(values.mean(), distance, picture)) is not None:
            balance.append(found)
        return values.mean(), strength * balance[0] * distance if balance else 0 * distance

    return ascend(
        wanted,
        lambda: parametrisations[parametrisation](canvas),
        look,
        lambda variables: torch.optim.Adam(variables, lr=rate),
        seen=seen,
    )


def _mean_norm(apart: torch.Tensor) -> torch.Tensor:
    """Mean over views and places of the length of (view, unit, place), whose gradient is 0 where the length is."""
    squares = apart.square().sum(1)
    lengths = torch.where(squares > 0, squares, 1.0).sqrt()
    return torch.where(squares > 0, lengths, 0.0).mean()


def _balance(value: torch.Tensor, distance: torch.Tensor, picture: torch.Tensor) -> torch.Tensor | None:
    """The size of the value's gradient in those of the distance; None while the value has none."""
    wanted = gradient_of(value, picture, kept=True)
    against = gradient_of(distance, picture, kept=True)
    if not wanted.any():
        return None
    if float(against.abs().sum()) < NO_GRADIENT:
        warnings.warn(
            "the distance to the picture has no gradient at the start; its weight stays 1.", stacklevel=2
        )
        return torch.ones((), dtype=picture.dtype, device=picture.device)
    return (wanted.abs().sum() / against.abs().sum()).detach()
