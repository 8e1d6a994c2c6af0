"""The loss of a sparse autoencoder and its exact gradients, at the cost of the codes that are active."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import torch

AUXILIARY = 1 / 32  # weight of what dead features leave


class Weights(NamedTuple):
    """What is learned, or a gradient of it."""

    encoder: torch.Tensor  # (feature, unit)
    bias: torch.Tensor  # (feature,)
    atoms: torch.Tensor  # (feature, unit), of unit length
    offset: torch.Tensor  # (unit,) taken from the rows before they are encoded, and added after


class Active(NamedTuple):
    """Codes that are not zero by choice, row by row."""

    values: torch.Tensor  # (entry,)
    features: torch.Tensor  # (entry,)
    samples: torch.Tensor  # (entry,) ascending
    offsets: torch.Tensor  # (sample,) where the entries of each begin


Choice = Callable[["torch.Tensor", int], Active]


def largest_of_each(before: torch.Tensor, active: int) -> Active:
    """The `active` largest of each row of (sample, feature) numbers, none below zero."""
    import torch

    values, features = torch.topk(before, active, 1, sorted=False)
    samples = torch.arange(len(before)).repeat_interleave(active)
    return Active(
        torch.relu(values).flatten(), features.flatten(), samples, torch.arange(len(before)) * active
    )


def largest_of_all(before: torch.Tensor, active: int) -> Active:
    """The `active` times as many largest as there are rows, wherever they are, none below zero."""
    import torch

    values, places = torch.topk(before.flatten(), active * len(before), sorted=False)
    places, order = torch.sort(places)
    samples = places // before.shape[1]
    offsets = torch.searchsorted(samples, torch.arange(len(before)))
    return Active(torch.relu(values[order]), places % before.shape[1], samples, offsets)


def decoded(active: Active, atoms: torch.Tensor) -> torch.Tensor:
    """(sample, unit) sums of the atoms, each by its code."""
    import torch

    return torch.nn.functional.embedding_bag(
        active.features, atoms, active.offsets, per_sample_weights=active.values, mode="sum"
    )


def backward(active: Active, weights: Weights, rows: torch.Tensor, rising: torch.Tensor) -> Weights:
    """Gradients by way of the codes.

    Parameters
    ----------
    rows : (sample, unit)
        As the encoder reads them, less the offset.
    rising : (sample, unit)
        Gradient of the loss with respect to what was decoded.
    """
    import torch

    values = active.values.detach().requires_grad_()
    with torch.enable_grad():
        out = decoded(active._replace(values=values), weights.atoms)
    (of_values,) = torch.autograd.grad(out, values, rising)
    of_values = of_values * (active.values > 0)
    # Entries by feature: a gradient's row is then a weighted sum of rows of the batch, as a decoded row is of atoms.
    order = torch.argsort(active.features, stable=True)
    counts = torch.bincount(active.features, minlength=len(weights.atoms))
    samples, offsets = active.samples[order], counts.cumsum(0) - counts
    by_feature = Active(active.values[order], samples, active.features[order], offsets)
    bias = torch.bincount(active.features, of_values, len(weights.atoms))
    return Weights(
        decoded(by_feature._replace(values=of_values[order]), rows),
        bias,
        decoded(by_feature, rising),
        -bias @ weights.encoder,
    )


def gradients(
    weights: Weights, batch: torch.Tensor, choose: Choice, active: int, dead: torch.Tensor
) -> tuple[torch.Tensor, Weights, Active]:
    """The loss of (sample, unit) rows, its gradients, and the codes that were active.

    The loss is the mean squared length of what is left, and 1/32 of the mean squared length of what the strongest dead
    features leave of that.

    Parameters
    ----------
    dead : (entry,)
        Features that have not been active for long, of which twice as many as are active learn what the others leave.
    """
    import torch

    rows = batch - weights.offset
    before = torch.addmm(weights.bias, rows, weights.encoder.T)
    found = choose(before, active)
    left = decoded(found, weights.atoms) - rows
    loss, rising = left.square().sum() / len(batch), left * (2 / len(batch))
    total = backward(found, weights, rows, rising)
    total = total._replace(offset=total.offset + rising.sum(0))
    if len(dead):
        helping = largest_of_each(before[:, dead], min(2 * active, len(dead)))
        helping = helping._replace(features=dead[helping.features])
        missed = decoded(helping, weights.atoms) + left
        loss = loss + missed.square().sum() / len(batch) * AUXILIARY
        more = backward(helping, weights, rows, missed * (2 * AUXILIARY / len(batch)))
        total = Weights(*(one + other for one, other in zip(total, more, strict=True)))
    return loss, total, found
