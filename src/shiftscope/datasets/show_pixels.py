"""Bytes of one picture as the model and as a person see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    import torch

    from shiftscope.datasets.preprocess import PixelArray, Preprocess


def show_pixels(pixels: PixelArray, preprocess: Preprocess) -> tuple[torch.Tensor, Image.Image]:
    """The model's input (channel, row, column) and the picture it was made from.

    `pixels` is (row, column) of gray or (row, column, 3) of RGB. Where nothing has to be resized or
    converted the bytes are normalised as they lie, which gives exactly what the way over Pillow gives.
    """
    rows, columns = pixels.shape[:2]
    gray = pixels.ndim == 2
    image = Image.frombytes("L" if gray else "RGB", (columns, rows), pixels.tobytes())
    if preprocess.keeps_size and (gray or preprocess.channel_count == 3):
        return preprocess.normalise(pixels), image
    picture = preprocess.picture(image)
    return preprocess.tensor(picture), picture
