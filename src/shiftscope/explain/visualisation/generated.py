"""The codes of a generator, which stay in their box."""

from __future__ import annotations

import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.canvas.canvas import Canvas
from shiftscope.explain.visualisation.climb.views import resized
from shiftscope.explain.visualisation.parametrisation import Parametrisation
from shiftscope.explain.visualisation.prior import Generator, checked, fitted_prior, prior_name

SHRUNK = 0.99  # what each step leaves of a code: what the unit does not ask for fades
DEVIATIONS = 3  # of the codes, that fit into a half of the box


def generated(
    canvas: Canvas, prior: str | Generator, *, prior_steps: int | None = None, own_units: bool = False
) -> Parametrisation:
    """From the code of the start picture, or from a random one about the middle of the box; the picture is enlarged to
    the canvas, and cut off at the ends of the range.

    Parameters
    ----------
    prior_steps
        Of the training of one that is named.
    own_units
        The variable is the code itself, which is put into its box before it shrinks; where not, it is in halves of the
        box, and put back afterwards.

    Raises
    ------
    BadRequest
        What is no prior, makes other pictures, or cannot start from one; too few pictures to fit it on.

    References
    ----------
    Nguyen, Dosovitskiy, Yosinski, Brox & Clune (2016), Synthesizing the Preferred Inputs for Neurons in Neural Networks
    via Deep Generator Networks.
    """
    generator = (
        fitted_prior(prior, canvas.pictures, canvas.range, steps=prior_steps)
        if isinstance(prior, str)
        else checked(prior)
    )
    low, high = (
        torch.as_tensor(end).detach().to(canvas.device, canvas.dtype)
        for end in (generator.low, generator.high)
    )
    half = torch.where(high > low, (high - low) / 2, torch.ones_like(low))
    least, most = canvas.range

    def pictured(code: torch.Tensor) -> torch.Tensor:
        made = generator(code[None])
        if made.ndim != 4 or made.shape[:2] != (1, canvas.shape[0]):
            raise BadRequest(
                f"{prior_name(prior)} makes {tuple(made.shape)} of one code; a picture here is "
                f"(1, {canvas.shape[0]}, row, column)."
            )
        share = resized(made[0].to(canvas.device, canvas.dtype), canvas.shape[1:]).clamp(0, 1)
        return least + (most - least) * share

    if canvas.start is None:
        code = (low + high) / 2 + half / DEVIATIONS * canvas.noise(len(low))
    elif (codes := getattr(generator, "codes", None)) is None:
        raise BadRequest(
            f"{prior_name(prior)} cannot start from a picture: it has no `codes` from pictures to codes."
        )
    else:
        share = (canvas.start.to(canvas.device, canvas.dtype) - least) / (most - least)
        with torch.no_grad():
            code = codes(share[None])[0].to(canvas.device, canvas.dtype)
    # In halves of the box a step is as long in each entry, however wide its side.
    unit = torch.ones_like(half) if own_units else half
    variable = (code.clamp(low, high) / unit).detach().clone().requires_grad_()

    def back_into_the_box() -> None:
        if own_units:
            variable.clamp_(low, high)
        variable.mul_(SHRUNK).clamp_(low / unit, high / unit)

    return Parametrisation(
        [variable], lambda: pictured(variable * unit), coloured=True, after_step=back_into_the_box
    )
