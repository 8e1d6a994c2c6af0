"""What the model is shown of a picture: crops, or the whole turned, scaled and moved a little."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as functional

Size = tuple[int, int]


@dataclass(frozen=True)
class Look:
    """One way to show pictures: where each view lies, and the noise that lies over it; the same for all pictures."""

    affine: torch.Tensor | None  # (view, 2, 3); None shows the whole
    noise: torch.Tensor | None  # (view, channel, row, column)
    size: Size

    def __call__(self, picture: torch.Tensor) -> torch.Tensor:
        """(view, channel, row, column) of (channel, row, column)."""
        if self.affine is None:
            shown = resized(picture, self.size)[None]
        else:
            views = len(self.affine)
            grid = functional.affine_grid(self.affine, [views, len(picture), *self.size], align_corners=False)
            shown = functional.grid_sample(
                picture.expand(views, *picture.shape),
                grid,
                mode="bilinear",
                padding_mode="reflection",
                align_corners=False,
            )
        return shown if self.noise is None else shown + self.noise


def whole(size: Size) -> Look:
    """The whole picture without noise."""
    return Look(None, None, size)


def resized(picture: torch.Tensor, size: Size) -> torch.Tensor:
    """(channel, row, column) at another size; itself at its own."""
    if tuple(picture.shape[-2:]) == size:
        return picture
    return functional.interpolate(picture[None], size, mode="bilinear", align_corners=False, antialias=True)[
        0
    ]


def crops(
    picture: Size,
    size: Size,
    views: int,
    *,
    least: float,
    most: float,
    generator: torch.Generator,
    spread: float = math.inf,
) -> torch.Tensor:
    """(view, 2, 3) of crops that lie inside the picture, in the shape of the model's inputs.

    Parameters
    ----------
    least, most
        Sides of the crops, drawn evenly between, as shares of the largest that fits.
    spread
        Deviation of their centres from the middle, as a share of the picture; even over the picture where infinite.
    """
    sides = least + (most - least) * torch.rand(views, generator=generator, dtype=torch.float64)
    tallest = min(picture[0] / size[0], picture[1] / size[1])
    down = sides * tallest * size[0] / picture[0]
    across = sides * tallest * size[1] / picture[1]
    if math.isinf(spread):
        centres = 2 * torch.rand(views, 2, generator=generator, dtype=torch.float64) - 1
        at_row, at_column = centres[:, 0] * (1 - down), centres[:, 1] * (1 - across)
    else:  # in affine_grid's numbers the picture goes from -1 to 1
        centres = 2 * spread * torch.randn(views, 2, generator=generator, dtype=torch.float64)
        at_row = centres[:, 0].clamp(down - 1, 1 - down)
        at_column = centres[:, 1].clamp(across - 1, 1 - across)
    affine = torch.zeros(views, 2, 3, dtype=torch.float64)
    affine[:, 0, 0], affine[:, 1, 1] = across, down
    affine[:, 0, 2], affine[:, 1, 2] = at_column, at_row
    return affine


def moves(
    picture: Size, views: int, *, generator: torch.Generator, scaled: bool = True, turned: bool = True
) -> torch.Tensor:
    """(view, 2, 3) of the whole picture moved, scaled and turned a little, as one warp.

    As jitter of 8 pixels, one of 11 scales from 0.9 to 1.1, one of the angles from -10 to 10 degrees in whole degrees
    or five times as often 0, and jitter of 4 pixels, one after the other; below 64 pixels the pixels are fewer.

    References
    ----------
    Olah, Mordvintsev & Schubert (2017), Feature Visualization.
    """
    amount = 1.0 if min(picture) >= 64 else min(picture) / 224
    far, near = max(1, round(8 * amount)), max(1, round(4 * amount))
    first = torch.randint(0, 2 * far + 1, (views, 2), generator=generator) - far
    scale = 0.9 + 0.02 * torch.randint(0, 11, (views,), generator=generator)
    angle = torch.randint(0, 26, (views,), generator=generator) - 10
    angle = torch.where(angle > 10, 0, angle)
    second = torch.randint(0, 2 * near + 1, (views, 2), generator=generator) - near
    return warp(
        picture,
        angle.double() if turned else torch.zeros(views, dtype=torch.float64),
        scale.double() if scaled else torch.ones(views, dtype=torch.float64),
        (first + second).double(),
    )


def warp(picture: Size, degrees: torch.Tensor, scale: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
    """(view, 2, 3) that turn a picture by (view,) degrees against the clock, enlarge it and shift it by (view, 2) rows
    and columns, about its middle."""
    rows, columns = picture
    cosine, sine = torch.cos(torch.deg2rad(degrees)), torch.sin(torch.deg2rad(degrees))
    affine = torch.zeros(len(degrees), 2, 3, dtype=torch.float64)
    # Where a place of the view is found in the picture, in numbers from -1 to 1: the inverse of the move.
    affine[:, 0, 0], affine[:, 0, 1] = cosine / scale, -sine / scale * rows / columns
    affine[:, 1, 0], affine[:, 1, 1] = sine / scale * columns / rows, cosine / scale
    moved = torch.stack([2 * shift[:, 1] / columns, 2 * shift[:, 0] / rows], dim=1)
    affine[:, :, 2] = -(affine[:, :, :2] @ moved[:, :, None])[:, :, 0]
    return affine


def noise(
    shape: tuple[int, ...], deviation: float, even: float, *, generator: torch.Generator
) -> torch.Tensor | None:
    """Normal numbers of a deviation, and even ones between -`even` and `even`; None where there are none."""
    if not deviation and not even:
        return None
    drawn = deviation * torch.randn(*shape, generator=generator)
    return drawn + even * (2 * torch.rand(*shape, generator=generator) - 1) if even else drawn
