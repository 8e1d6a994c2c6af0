"""Principal components."""

from __future__ import annotations

import torch

from shiftscope.explain.visualisation.climb.views import resized
from shiftscope.explain.visualisation.prior import prior_named

COMPONENTS = 128
SIDE = 3.0  # of the box, in deviations to both sides


class PCAPrior:
    """Pictures that are the mean of others and their strongest components, each by at most three deviations."""

    def __init__(self, mean: torch.Tensor, axes: torch.Tensor, deviations: torch.Tensor) -> None:
        self.mean, self.axes, self.deviations = mean, axes, deviations
        self.low, self.high = -SIDE * deviations, SIDE * deviations

    def __call__(self, codes: torch.Tensor, /) -> torch.Tensor:
        """(picture, channel, row, column) of (picture, component)."""
        made: torch.Tensor = self.mean.to(codes) + codes @ self.axes.to(codes).flatten(1)
        return made.reshape(-1, *self.axes.shape[1:])

    def codes(self, pictures: torch.Tensor) -> torch.Tensor:
        """(picture, component) projections of (picture, channel, row, column)."""
        size = self.axes.shape[2], self.axes.shape[3]
        flat = torch.stack([resized(picture, size) for picture in pictures]).flatten(1)
        return (flat - self.mean.to(flat)) @ self.axes.to(flat).flatten(1).T


@prior_named("pca")
def pca(pictures: torch.Tensor) -> PCAPrior:
    """The 128 strongest principal components of pictures (sample, channel, row, column), or as many as there are."""
    flat = pictures.flatten(1).double()
    mean = flat.mean(0)
    apart = flat - mean
    wide = apart.shape[0] <= apart.shape[1]
    # From the smaller of the two matrices of products, which have the same powers.
    powers, vectors = torch.linalg.eigh(apart @ apart.T if wide else apart.T @ apart)
    powers, vectors = powers.flip(0)[:COMPONENTS], vectors.flip(1)[:, :COMPONENTS]
    there = powers > 1e-10 * powers[0].clamp(min=1e-10)
    powers, vectors = powers[there], vectors[:, there]
    axes = (apart.T @ vectors / powers.sqrt() if wide else vectors).T
    deviations = (powers / len(pictures)).sqrt()
    return PCAPrior(mean, axes.reshape(-1, *pictures.shape[1:]), deviations)
