"""What a picture is held back from, per pixel; a weight of sums is one of these divided by the number of pixels and
channels."""

from __future__ import annotations

import torch
import torch.nn.functional as functional


def total_variation(picture: torch.Tensor) -> torch.Tensor:
    """Sum of absolute differences between neighbours of (channel, row, column)."""
    down = (picture[:, 1:] - picture[:, :-1]).abs().sum()
    return down + (picture[:, :, 1:] - picture[:, :, :-1]).abs().sum()


def penalty(
    picture: torch.Tensor, middle: float, *, tv: float, l1: float, l2: float, blur: float
) -> torch.Tensor:
    """Weighted sum, per pixel and channel: total variation, distance to the middle of the range (absolute, squared),
    and absolute difference from the blurred picture.

    References
    ----------
    Mahendran & Vedaldi (2015), Understanding Deep Image Representations by Inverting Them.
    Olah, Mordvintsev & Schubert (2017), Feature Visualization.
    """
    found = picture.new_zeros(())
    if tv:
        found = found + tv * total_variation(picture)
    if l1:
        found = found + l1 * (picture - middle).abs().sum()
    if l2:
        found = found + l2 * (picture - middle).square().sum()
    if blur:
        smooth = functional.avg_pool2d(picture[None], 5, stride=1, padding=2, count_include_pad=False)[0]
        found = found + blur * (picture - smooth.detach()).abs().sum()
    return found / picture.numel()
