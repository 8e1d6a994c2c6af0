"""MACO as Horama draws it: crops are read at twice the model's size, then halved.

Does, step for step, what `horama.maco` of Horama 0.3.0 does (serre-lab/Horama, commit 060862c of 2025-04-30, MIT): free
phases, standardised in every step, `irfft2`, colours, a sigmoid, crops of the canvas read bilinearly at twice the size
of the model's inputs and resized, normal and even noise, the mean of the objective, and NAdam. It cannot be installed
here (it imports torchvision and downloads its magnitudes). Written from its description, not copied; `roi_align` is
replaced by `grid_sample`.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as functional


def horama_like(
    objective: Callable[[torch.Tensor], torch.Tensor],
    magnitude: torch.Tensor,
    colour: torch.Tensor,
    *,
    size: int,
    steps: int,
    crops: int,
    box: tuple[float, float] = (0.20, 0.25),
    noise: float = 0.05,
    limits: tuple[float, float] = (-2.5, 2.5),
) -> tuple[torch.Tensor, torch.Tensor]:
    """The picture (channel, row, column) and its transparency, from (channel, row, half column) magnitudes."""
    phase = torch.randn_like(magnitude).requires_grad_()
    optimiser = torch.optim.NAdam([phase], lr=1.0)
    transparency = torch.zeros(1)
    for _ in range(steps):
        optimiser.zero_grad()
        image = _picture(magnitude, phase, colour, limits)
        image.retain_grad()
        loss = -objective(_crops(image, size, crops, box, noise)).mean()
        loss.backward()
        assert image.grad is not None
        transparency = transparency + image.grad.abs()
        optimiser.step()
    return _picture(magnitude, phase, colour, limits).detach(), transparency


def _picture(
    magnitude: torch.Tensor, phase: torch.Tensor, colour: torch.Tensor, limits: tuple[float, float]
) -> torch.Tensor:
    phase = (phase - phase.mean()) / (phase.std() + 1e-5)
    spectrum = torch.complex(torch.cos(phase) * magnitude, torch.sin(phase) * magnitude)
    image = torch.fft.irfft2(spectrum)
    image = image - image.mean()
    image = image / (image.std() + 1e-5)
    channels, rows, columns = image.shape
    image = (
        (image.permute(1, 2, 0).reshape(-1, channels) @ colour).permute(1, 0).reshape(channels, rows, columns)
    )
    return torch.sigmoid(image) * (limits[1] - limits[0]) + limits[0]


def _crops(
    image: torch.Tensor, size: int, crops: int, box: tuple[float, float], noise: float
) -> torch.Tensor:
    sides = box[1] + (box[1] - box[0]) * torch.rand(crops)
    centres = 0.5 + 0.15 * torch.randn(crops, 2)
    affine = torch.zeros(crops, 2, 3)
    affine[:, 0, 0] = affine[:, 1, 1] = sides
    affine[:, :, 2] = 2 * centres - 1
    wide = 2 * size
    grid = functional.affine_grid(affine, [crops, len(image), wide, wide], align_corners=False)
    shown = functional.grid_sample(image.expand(crops, *image.shape), grid, align_corners=False)
    shown = shown + torch.randn_like(shown) * noise
    shown = shown + (torch.rand_like(shown) - 0.5) * noise
    return functional.interpolate(shown, (size, size), mode="bilinear", align_corners=False)
