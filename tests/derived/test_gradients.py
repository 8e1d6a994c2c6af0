"""The sparse backward pass against torch's own through the dense formula."""

import pytest
import torch

from shiftscope.derived.sparse_autoencoder.gradients import (
    AUXILIARY,
    Weights,
    gradients,
    largest_of_all,
    largest_of_each,
)

ACTIVE = 3


def drawn(rows=20, units=6, features=15):
    dice = torch.Generator().manual_seed(0)
    shapes = ((features, units), (features,), (features, units), (units,))
    weights = Weights(*(torch.randn(shape, generator=dice, dtype=torch.float64) for shape in shapes))
    return weights, torch.randn(rows, units, generator=dice, dtype=torch.float64)


def dense(weights, batch, of_all, dead):
    """Loss and gradients by autograd, where every code is multiplied with every atom."""
    leaves = [each.clone().requires_grad_() for each in weights]
    encoder, bias, atoms, offset = leaves
    before = (batch - offset) @ encoder.T + bias
    flat = before.flatten() if of_all else before
    kept = torch.zeros_like(flat).scatter(-1, flat.topk(ACTIVE * (len(batch) if of_all else 1)).indices, 1)
    left = batch - offset - (before.relu() * kept.view_as(before)) @ atoms
    loss = left.square().sum(1).mean()
    if len(dead):
        few = before[:, dead]
        kept = torch.zeros_like(few).scatter(1, few.topk(min(2 * ACTIVE, len(dead))).indices, 1)
        helped = (few.relu() * kept) @ atoms[dead]
        loss = loss + AUXILIARY * (left.detach() - helped).square().sum(1).mean()
    return loss, torch.autograd.grad(loss, leaves)


@pytest.mark.parametrize("of_all", [False, True])
@pytest.mark.parametrize("dead", [[], [2, 5, 7, 8], list(range(15))])
def test_sparse_gradients_are_those_of_the_dense_formula(of_all, dead):
    weights, batch = drawn()
    dead = torch.tensor(dead, dtype=torch.int64)
    loss, found, _ = gradients(weights, batch, largest_of_all if of_all else largest_of_each, ACTIVE, dead)
    expected, of_dense = dense(weights, batch, of_all, dead)
    torch.testing.assert_close(loss, expected.detach(), rtol=0, atol=1e-12)
    for sparse, exact in zip(found, of_dense, strict=True):
        torch.testing.assert_close(sparse, exact, rtol=0, atol=1e-12)
