"""The steps from a start to a picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch

from shiftscope.explain.visualisation.parametrisation import Parametrisation
from shiftscope.explain.visualisation.redirected import Redirected
from shiftscope.explain.visualisation.views import Look
from shiftscope.explain.visualisation.visualisation import Drawn, Wanted

STILL = 10  # steps in a row, or all there are, without any gradient, after which another start is made
STARTS = 4  # the first, and three more

# Picture and look -> the value, and what is taken off it, whose gradient counts for the picture and not for its alpha.
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
    curve: list[float] = []
    taken: list[float] = []
    snapshots: dict[int, torch.Tensor] = {}
    with torch.no_grad():
        best = canvas.picture(picture.decorrelated())
    alpha = torch.zeros_like(best[0])
    still, reached = 0, -math.inf
    for step in range(wanted.steps):
        drawn = canvas.picture(picture.decorrelated())
        shown = drawn.detach().requires_grad_()
        view = look(step)
        value, off = seen(shown, view)
        gradient = gradient_of(value, shown, kept=off is not None)
        if not gradient.any():
            with Redirected():
                through, off = seen(shown, view)
            gradient = gradient_of(through, shown, kept=off is not None)
        curve.append(float(value.detach()))
        if curve[-1] > reached:
            reached, best = curve[-1], shown.detach()
        alpha += gradient.abs().mean(0)
        wanted.on_step(step, curve[-1])
        if wanted.target_score is not None and curve[-1] >= wanted.target_score:
            break
        still = 0 if bool(gradient.any()) else still + 1
        if still == min(STILL, wanted.steps):
            return _drawn(canvas.picture, picture, alpha, curve, taken, snapshots, best, dead=True)
        if off is not None:
            taken.append(float(off.detach()))
            gradient = gradient - gradient_of(off, shown, kept=False)
        steps.zero_grad()
        drawn.backward(-gradient)  # type: ignore[no-untyped-call]
        if picture.scaled:
            for variable in picture.variables:
                assert variable.grad is not None
                variable.grad /= variable.grad.std() + 1e-12
        steps.step()
        if step + 1 in wanted.snapshots:
            with torch.no_grad():
                snapshots[step + 1] = canvas.picture(picture.decorrelated())
    return _drawn(canvas.picture, picture, alpha, curve, taken, snapshots, best, dead=False)


def gradient_of(of: torch.Tensor, picture: torch.Tensor, *, kept: bool) -> torch.Tensor:
    """(channel, row, column), 0 where nothing leads to the picture; `kept` leaves the graph for another."""
    found = (
        torch.autograd.grad(of, picture, retain_graph=kept, allow_unused=True)[0]
        if of.requires_grad
        else None
    )
    return torch.zeros_like(picture) if found is None else found


def _drawn(
    finish: Callable[[torch.Tensor], torch.Tensor],
    picture: Parametrisation,
    alpha: torch.Tensor,
    curve: list[float],
    taken: list[float],
    snapshots: dict[int, torch.Tensor],
    best: torch.Tensor,
    *,
    dead: bool,
) -> Drawn:
    with torch.no_grad():
        image = finish(picture.decorrelated())
    return Drawn(image, alpha, curve, taken, snapshots, best, dead)
