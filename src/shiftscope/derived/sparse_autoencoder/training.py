"""How a sparse autoencoder is trained."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shiftscope.derived.sparse_autoencoder.gradients import Choice, Weights, gradients

if TYPE_CHECKING:
    import torch

CLIPPED_TO = 1.0  # norm of the gradient
LAST_RATE = 0.01  # learning rate at the end, as a share of that at the beginning
DEAD_AFTER_EPOCHS, DEAD_AFTER_SHARE = 5, 0.1  # without being active: epochs, and share of all steps
MOMENTUM, MOMENTUM_OF_SQUARES, TINY = 0.9, 0.999, 1e-8  # of Adam


@dataclass(frozen=True)
class Training:
    """How many features, how many of them active, and for how long."""

    size: int
    active: int
    steps: int
    batch: int
    learning_rate: float
    seed: int


def trained(
    rows: torch.Tensor, choose: Choice, training: Training, advance: Callable[[int], None]
) -> Weights:
    """Weights for (row, unit) rows of mean zero and of a root mean square of one.

    Atoms begin at random directions and the encoder at the atoms. After each step of Adam atoms have unit length again;
    before it their gradients lose what would only lengthen them.

    Parameters
    ----------
    advance
        Told the number of steps done since.

    References
    ----------
    Gao et al. (2024), Scaling and evaluating sparse autoencoders. Kingma & Ba (2015), Adam.
    """
    import torch

    dice = torch.Generator().manual_seed(training.seed)
    atoms = torch.randn(training.size, rows.shape[1], generator=dice)
    atoms /= atoms.norm(dim=1, keepdim=True)
    weights = Weights(atoms.clone(), torch.zeros(training.size), atoms, torch.zeros(rows.shape[1]))
    moments, squares = ([torch.zeros_like(each) for each in weights] for _ in range(2))
    batch = min(training.batch, len(rows))
    a_pass = len(rows) // batch
    patience = max(1, min(DEAD_AFTER_EPOCHS * a_pass, int(DEAD_AFTER_SHARE * training.steps)))
    used = torch.zeros(training.size, dtype=torch.int64)  # step at which each was active last
    order = torch.empty(0, dtype=torch.int64)
    for step in range(training.steps):
        at = step % a_pass * batch
        if at == 0:
            order = torch.randperm(len(rows), generator=dice)
        dead = torch.nonzero(step - used > patience).flatten()
        _, found, active = gradients(weights, rows[order[at : at + batch]], choose, training.active, dead)
        used[active.features[active.values > 0]] = step
        along = (found.atoms * weights.atoms).sum(1, keepdim=True)
        found.atoms.sub_(along * weights.atoms)
        rate = training.learning_rate * _share_of_rate(step, training.steps)
        _adam(weights, found, moments, squares, step + 1, rate)
        weights.atoms.div_(weights.atoms.norm(dim=1, keepdim=True))
        advance(1)
    return weights


def _share_of_rate(step: int, steps: int) -> float:
    """Falls along half a cosine."""
    return LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * step / steps)) / 2


def _adam(
    weights: Weights,
    found: Weights,
    moments: list[torch.Tensor],
    squares: list[torch.Tensor],
    step: int,
    rate: float,
) -> None:
    """One step, in place; torch's own optimizers import its compiler, which takes longer than a small training."""
    norm = math.sqrt(sum(float(each.square().sum()) for each in found))
    scale = min(1.0, CLIPPED_TO / norm) if norm else 1.0
    first, second = 1 - MOMENTUM**step, 1 - MOMENTUM_OF_SQUARES**step
    for weight, gradient, moment, square in zip(weights, found, moments, squares, strict=True):
        gradient.mul_(scale)
        moment.lerp_(gradient, 1 - MOMENTUM)
        square.mul_(MOMENTUM_OF_SQUARES).addcmul_(gradient, gradient, value=1 - MOMENTUM_OF_SQUARES)
        size = square.sqrt().mul_(1 / math.sqrt(second)).add_(TINY)
        weight.addcdiv_(moment, size, value=-rate / first)
