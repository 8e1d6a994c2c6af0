"""The steps from a start to a picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch

from shiftscope.explain.visualisation.canvas.canvas import Canvas
from shiftscope.explain.visualisation.climb.redirected import Redirected
from shiftscope.explain.visualisation.climb.views import Look
from shiftscope.explain.visualisation.parametrisation import Parametrisation
from shiftscope.explain.visualisation.visualisation import Curve, Drawn, Until, Wanted

STILL = 10  # steps in a row, or all there are, without any gradient, after which another start is made
STARTS = 4  # the first, and three more
HALVINGS = 10  # of the last step, to end at a level

# Picture and look -> the value, and what is taken off it, whose gradient counts for the picture and not for its alpha;
# of (picture, channel, row, column) as many of each.
Seen = Callable[[torch.Tensor, Look], tuple[torch.Tensor, torch.Tensor | None]]


def ascend(
    wanted: Wanted,
    start: Callable[[], Parametrisation],
    look: Callable[[int], Look],
    optimiser: Callable[[Sequence[torch.Tensor]], torch.optim.Optimizer],
    *,
    seen: Seen | None = None,
) -> Drawn:
    """Raise the mean value of the views, less what holds the picture back.

    Parameters
    ----------
    start
        A new start, drawn from the canvas's generator.
    look
        How the picture is shown in a step.
    seen
        What is raised; the mean value of the views where not given.
    """
    starts = STARTS if wanted.canvas.start is None else 1
    for _ in range(starts):
        drawn = _from_one_start(wanted, start(), look, optimiser, seen or _plain(wanted))
        if not drawn.dead:
            break
    return drawn


def _plain(wanted: Wanted) -> Seen:
    return lambda picture, look: (wanted.values(look(picture)).mean(), None)


def _from_one_start(
    wanted: Wanted,
    picture: Parametrisation,
    look: Callable[[int], Look],
    optimiser: Callable[[Sequence[torch.Tensor]], torch.optim.Optimizer],
    seen: Seen,
) -> Drawn:
    canvas = wanted.canvas
    steps = optimiser(picture.variables)
    curve: Curve = []
    taken: Curve = []
    snapshots: dict[int, torch.Tensor] = {}
    until = wanted.until
    may_stop = until is not None and math.isfinite(until.level)
    with torch.no_grad():
        best = picture.picture(canvas)
    responses = [] if until is None else [until.response(best)]
    alpha = torch.zeros_like(best[..., 0, :, :])
    still, dead, reached = 0, False, torch.full_like(best[..., 0, 0, 0], -torch.inf)
    for step in range(wanted.steps):
        drawn = picture.picture(canvas)
        shown = drawn.detach().requires_grad_()
        value, off, gradient = _uphill(seen, shown, look(step), silent=responses[-1:] == [0.0])
        curve.append(value.tolist())
        better = value > reached
        reached = torch.where(better, value, reached)
        best = torch.where(better[..., None, None, None], shown.detach(), best)
        alpha += gradient.abs().mean(-3)
        wanted.on_step(step, float(value.mean()))
        if wanted.target_score is not None and bool((value >= wanted.target_score).all()):
            break
        still = 0 if bool(gradient.any()) else still + 1
        if still == min(STILL, wanted.steps):
            dead = True
            break
        if off is not None:
            taken.append(off.detach().tolist())
            gradient = gradient - gradient_of(off, shown, kept=False)
        steps.zero_grad()
        torch.autograd.backward(drawn, -gradient, inputs=picture.variables)
        if picture.scaled:
            for variable in picture.variables:
                assert variable.grad is not None
                variable.grad /= variable.grad.std() + 1e-12
        before = [variable.detach().clone() for variable in picture.variables] if may_stop else []
        steps.step()
        with torch.no_grad():
            picture.after_step()
            if until is not None:
                responses.append(until.response(picture.picture(canvas)))
                if responses[-1] >= until.level:
                    if responses[-2] < until.level:
                        responses[-1] = _shorten(picture, before, canvas, until)
                    break
            if step + 1 in wanted.snapshots:
                snapshots[step + 1] = picture.picture(canvas)
    with torch.no_grad():
        image = picture.picture(canvas)
    return Drawn(image, alpha, curve, taken, snapshots, best, responses, dead)


def _uphill(
    seen: Seen, shown: torch.Tensor, view: Look, *, silent: bool
) -> tuple[torch.Tensor, torch.Tensor | None, torch.Tensor]:
    """The value, what is taken off it, and the value's gradient: of a silent unit, or without any, past rectifiers."""
    value, off = seen(shown, view)
    gradient = gradient_of(value, shown, kept=off is not None)
    # A silent unit has no part in the gradient of a sum, whose other parts would lead the climb alone.
    if silent or not gradient.flatten(-3).any(-1).all():
        with Redirected():
            through, off = seen(shown, view)
        gradient = gradient_of(through, shown, kept=off is not None)
    return value.detach(), off, gradient


def _shorten(picture: Parametrisation, before: Sequence[torch.Tensor], canvas: Canvas, until: Until) -> float:
    """Take back as much of a step as leads beyond the level that it crosses; what is reached then."""
    after = [variable.detach().clone() for variable in picture.variables]

    def at(share: float) -> float:
        for variable, first, last in zip(picture.variables, before, after, strict=True):
            variable.copy_(torch.lerp(first, last, share) if share < 1 else last)
        return until.response(picture.picture(canvas))

    below, above = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (below + above) / 2
        below, above = (below, middle) if at(middle) >= until.level else (middle, above)
    return at(above)


def gradient_of(of: torch.Tensor, picture: torch.Tensor, *, kept: bool) -> torch.Tensor:
    """(channel, row, column), 0 where nothing leads to the picture; `kept` leaves the graph for another."""
    found = (
        torch.autograd.grad(of.sum(), picture, retain_graph=kept, allow_unused=True)[0]
        if of.requires_grad
        else None
    )
    return torch.zeros_like(picture) if found is None else found
