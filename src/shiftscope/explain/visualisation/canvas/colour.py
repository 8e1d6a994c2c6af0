"""Colours without the correlation that they have in pictures: what is optimised, and back."""

from __future__ import annotations

import torch

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.canvas.magnitudes import ENOUGH

# Symmetric square root of the colours' covariance over ImageNet, rows scaled; Olah, Mordvintsev & Schubert (2017).
PHOTOGRAPHS = (
    (0.5628, 0.5845, 0.5845),
    (0.1948, 0.0, -0.1948),
    (0.0433, -0.1082, 0.0649),
)


def colour_matrix(channels: int, pictures: torch.Tensor | None = None) -> torch.Tensor:
    """(channel, channel) C, so that `decorrelated * C` has the colours of pictures; float64.

    The symmetric square root of the covariance of the pictures' colours, its largest column of length 1. With fewer
    than 32 pictures, of three channels that of photographs and of others the identity; of one channel always 1.

    Parameters
    ----------
    pictures : (sample, channel, row, column), or none.

    Raises
    ------
    BadRequest
        The pictures have other channels.
    """
    if pictures is not None and pictures.shape[1] != channels:
        raise BadRequest(f"reference pictures of {pictures.shape[1]} channels for a picture of {channels}.")
    if channels == 1:
        return torch.ones(1, 1, dtype=torch.float64)
    if pictures is None or len(pictures) < ENOUGH:
        if channels == 3:
            return torch.tensor(PHOTOGRAPHS, dtype=torch.float64)
        return torch.eye(channels, dtype=torch.float64)
    colours = pictures.double().movedim(1, -1).reshape(-1, channels)
    deviations = colours - colours.mean(0)
    powers, axes = torch.linalg.eigh(deviations.T @ deviations / len(colours))
    powers = powers.clamp(min=1e-6 * float(powers.max().clamp(min=1e-12)))
    root = axes @ torch.diag(powers.sqrt()) @ axes.T
    scaled: torch.Tensor = root / root.norm(dim=0).max()
    return scaled


def coloured(decorrelated: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """(..., channel, row, column) with each position's colours multiplied by the matrix from the right."""
    flat = decorrelated.flatten(-2)
    mixed: torch.Tensor = (matrix.to(decorrelated).T @ flat).reshape(decorrelated.shape)
    return mixed
