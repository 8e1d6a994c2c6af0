"""Pictures as whole numbers of 1/256 level, in which all shifts compute."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import DataError

Image = npt.NDArray[Any]  # (row, column) or (row, column, channel), bytes or floating point in 0..1
Levels = npt.NDArray[np.int64]  # (row, column, channel) in 1/256 level, 0 to WHITE
LEVEL = 256
WHITE = 255 * LEVEL
SMALLEST_SIDE = 16  # pixels
ONE = 1 << 16  # a share of 1


def to_levels(image: Image) -> Levels:
    """(row, column, channel) of a picture, a float rounded to the grid.

    Raises
    ------
    DataError
        It is no picture, too small, or not in 0..1.
    """
    if image.ndim not in (2, 3) or not (image.dtype == np.uint8 or image.dtype.kind == "f"):
        raise DataError(f"{image.shape} are no images; a shift needs rows and columns.")
    rows, columns = image.shape[:2]
    if min(rows, columns) < SMALLEST_SIDE:
        raise DataError(f"images of {rows} x {columns}; shifts need {SMALLEST_SIDE} pixels on each side.")
    full = image if image.ndim == 3 else image[..., np.newaxis]
    if full.dtype == np.uint8:
        return full.astype(np.int64) * LEVEL
    on_grid = np.rint(full.astype(np.float64) * WHITE)
    low, high = on_grid.min(), on_grid.max()
    if not (low >= 0 and high <= WHITE):  # nor NaN
        raise DataError(
            f"values from {image.min():.4g} to {image.max():.4g}; a shift starts from 0..1. Give the mean and std that "
            "were applied, or the images before it."
        )
    return on_grid.astype(np.int64)


def from_levels(levels: npt.NDArray[np.int64], like: Image) -> Image:
    """A picture of the shape and type of `like`, clipped; bytes rounded half up."""
    clipped = levels.clip(0, WHITE).reshape(like.shape)
    if like.dtype == np.uint8:
        return halved(clipped, 8).astype(np.uint8)
    return (clipped / WHITE).astype(like.dtype)


def shorter_side(levels: Levels) -> int:
    rows, columns = levels.shape[:2]
    return int(min(rows, columns))


def share(value: float) -> int:
    """A factor as a whole number of 2^-16."""
    return round(value * ONE)


def halved(values: npt.NDArray[np.int64], times: int) -> Levels:
    """Whole numbers over 2^times, rounded half up."""
    rounded: Levels = (values + (1 << times - 1)) >> times
    return rounded


def mix(a: Levels, b: Levels | int, weight: float) -> Levels:
    """`a + weight (b - a)`, rounded half up."""
    return a + halved(share(weight) * (b - a), 16)


def rounded_ratio(numerator: npt.NDArray[np.int64], denominator: npt.NDArray[np.int64] | int) -> Levels:
    """The nearest whole number, half up, of a ratio of whole numbers; the denominator is positive."""
    ratio: Levels = (2 * numerator + denominator) // (2 * denominator)
    return ratio


def channel_means(levels: Levels) -> Levels:
    """(1, 1, channel)."""
    rows, columns = levels.shape[:2]
    return rounded_ratio(levels.sum(axis=(0, 1), keepdims=True), rows * columns)


def luma(levels: Levels) -> Levels:
    """(row, column, 1) ITU-R 601 luma of three channels, the mean of any other number."""
    if levels.shape[2] != 3:
        return rounded_ratio(levels.sum(axis=2, keepdims=True), levels.shape[2])
    weights = np.array([19595, 38470, 7471])  # 2^-16: .299, .587, .114
    return halved((levels * weights).sum(axis=2, keepdims=True), 16)
