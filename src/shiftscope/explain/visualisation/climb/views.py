"""What the model is shown of a picture: crops, or the whole turned, scaled and moved a little."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as functional

Size = tuple[int, int]


class Look(Protocol):
    """One way to show pictures: where each view lies, and the noise over it; the same for all that it is given."""

    def __call__(self, picture: torch.Tensor) -> torch.Tensor:
        """(view, channel, row, column) of (channel, row, column)."""


@dataclass(frozen=True)
class Whole:
    """The whole picture without noise."""

    size: Size

    def __call__(self, picture: torch.Tensor) -> torch.Tensor:
        return resized(picture, self.size)[None]


@dataclass(frozen=True)
class Moved:
    """The whole picture at the model's size, moved as one warp; what lies outside is its reflection."""

    affine: torch.Tensor  # (view, 2, 3)
    size: Size

    def __call__(self, picture: torch.Tensor) -> torch.Tensor:
        picture = resized(picture, self.size)
        grid = functional.affine_grid(
            self.affine.to(picture), [len(self.affine), len(picture), *self.size], align_corners=False
        )
        return functional.grid_sample(
            picture.expand(len(self.affine), *picture.shape),
            grid,
            mode="bilinear",
            padding_mode="reflection",
            align_corners=False,
        )


@dataclass(frozen=True)
class Crops:
    """Boxes of the picture, to whole pixels, at the model's size; smoothed where they become smaller."""

    boxes: torch.Tensor  # (view, 4) top, left, height and width in pixels; float64
    noise: torch.Tensor | None  # (view, channel, row, column)
    size: Size

    def __call__(self, picture: torch.Tensor) -> torch.Tensor:
        first, last = self.boxes[:, :2], self.boxes[:, :2] + self.boxes[:, 2:]
        # One pixel at least, also of a box so small that it rounds to the end of the picture.
        first = torch.minimum(first.round().int(), torch.tensor(picture.shape[1:]) - 1)
        corners = torch.cat([first, torch.maximum(last.round().int(), first + 1)], dim=1)
        shown = torch.stack(
            [
                resized(picture[:, top:bottom, left:right], self.size)
                for top, left, bottom, right in corners.tolist()
            ]
        )
        return shown if self.noise is None else shown + self.noise


def resized(picture: torch.Tensor, size: Size) -> torch.Tensor:
    """(channel, row, column) at another size; itself at its own."""
    if tuple(picture.shape[-2:]) == size:
        return picture
    smaller = any(wanted < there for wanted, there in zip(size, picture.shape[-2:], strict=True))
    # Where nothing becomes smaller, both ways are the same numbers, and the plain one is twice as fast.
    found: torch.Tensor = functional.interpolate(
        picture[None], size, mode="bilinear", align_corners=False, antialias=smaller
    )
    return found[0]


def boxes(
    picture: Size,
    size: Size,
    views: int,
    *,
    least: float,
    most: float,
    generator: torch.Generator,
    spread: float = math.inf,
) -> torch.Tensor:
    """(view, 4) top, left, height and width of boxes inside the picture, in the shape of the model's inputs.

    Parameters
    ----------
    least, most
        Sides of the boxes, drawn evenly between, as shares of the largest that fits.
    spread
        Deviation of their centres from the middle, as a share of the picture; even over the picture where infinite.
    """
    rows, columns = picture
    sides = least + (most - least) * torch.rand(views, generator=generator, dtype=torch.float64)
    tallest = min(rows / size[0], columns / size[1])
    height, width = sides * tallest * size[0], sides * tallest * size[1]
    if math.isinf(spread):
        share = torch.rand(views, 2, generator=generator, dtype=torch.float64)
        return torch.stack(
            [share[:, 0] * (rows - height), share[:, 1] * (columns - width), height, width], dim=1
        )
    centre = 0.5 + spread * torch.randn(views, 2, generator=generator, dtype=torch.float64)
    top = (centre[:, 0] * rows - height / 2).clamp(torch.zeros(views), rows - height)
    left = (centre[:, 1] * columns - width / 2).clamp(torch.zeros(views), columns - width)
    return torch.stack([top, left, height, width], dim=1)


def moves(picture: Size, views: int, *, generator: torch.Generator) -> torch.Tensor:
    """(view, 2, 3) of the whole picture moved, scaled and turned a little, as one warp.

    By up to 4 pixels to either side, to one of 11 scales from 0.9 to 1.1, by one of the angles from -10 to 10 degrees
    in whole degrees or six times as often 0, and by up to 2 pixels, one after the other; below 64 pixels by one pixel
    both times.

    References
    ----------
    Olah, Mordvintsev & Schubert (2017), Feature Visualization.
    """
    # Lucid cuts 8 pixels off a side at random, then 4: about the middle that is half of it to either side.
    far, near = (4, 2) if min(picture) >= 64 else (1, 1)
    before = torch.randint(0, 2 * far + 1, (views, 2), generator=generator) - far
    scale = 0.9 + 0.02 * torch.randint(0, 11, (views,), generator=generator)
    angle = torch.randint(0, 26, (views,), generator=generator) - 10
    angle = torch.where(angle > 10, 0, angle)
    after = torch.randint(0, 2 * near + 1, (views, 2), generator=generator) - near
    return warp(picture, angle.double(), scale.double(), before=before.double(), after=after.double())


def warp(
    picture: Size, degrees: torch.Tensor, scale: torch.Tensor, *, before: torch.Tensor, after: torch.Tensor
) -> torch.Tensor:
    """(view, 2, 3) that shift a picture, turn it by (view,) degrees against the clock and enlarge it, both about its
    middle, and shift it again; the shifts are (view, 2) rows and columns."""
    rows, columns = picture
    cosine, sine = torch.cos(torch.deg2rad(degrees)), torch.sin(torch.deg2rad(degrees))
    affine = torch.zeros(len(degrees), 2, 3, dtype=torch.float64)
    # Where a place of the view is found in the picture, in numbers from -1 to 1: the inverse of the move.
    affine[:, 0, 0], affine[:, 0, 1] = cosine / scale, -sine / scale * rows / columns
    affine[:, 1, 0], affine[:, 1, 1] = sine / scale * columns / rows, cosine / scale
    first, last = (
        torch.stack([2 * shift[:, 1] / columns, 2 * shift[:, 0] / rows], dim=1) for shift in (before, after)
    )
    affine[:, :, 2] = -(affine[:, :, :2] @ last[:, :, None])[:, :, 0] - first
    return affine


def noise(
    shape: tuple[int, ...], deviation: float, even: float, *, generator: torch.Generator
) -> torch.Tensor | None:
    """Normal numbers of a deviation, and even ones between -`even` and `even` if any; None where there is no noise."""
    if not deviation and not even:
        return None
    drawn = torch.randn(*shape, generator=generator).mul_(deviation)
    if even:
        drawn += torch.rand(*shape, generator=generator).sub_(0.5).mul_(2 * even)
    return drawn
