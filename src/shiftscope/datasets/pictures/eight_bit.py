"""Any picture as 8 bits a channel, in colour or in gray."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PIL import Image

from shiftscope.errors import DataError


def eight_bit(picture: Image.Image, mode: Literal["RGB", "L"]) -> Image.Image:
    """The picture in `mode`, whatever mode it came in.

    - Transparency is laid on white. Many loaders drop it instead and show the colours hidden below, which
      differ from file to file; here a person sees on the page exactly what the model was given.
    - 16 bits become 8 by `round(value / 257)`, so that white stays white; Pillow alone would clip at 255.
    - CMYK and YCbCr are converted as Pillow does, without colour profiles.

    Raises
    ------
    DataError
        Floating-point or 32-bit values, whose range a file does not tell, or a mode Pillow cannot convert.
    """
    if picture.mode == mode:
        return picture
    if picture.mode.startswith("I"):
        picture = _from_integers(picture)
    elif picture.mode == "F":
        raise DataError(
            "an image of floating-point values, whose range is unknown. Give the pixels as an array."
        )
    elif picture.has_transparency_data:
        layer = picture.convert("RGBA")
        picture = Image.new("RGBA", layer.size, "white")
        picture.alpha_composite(layer)
    try:
        return picture.convert(mode)
    except ValueError as error:
        raise DataError(f"an image of mode {picture.mode!r}: {error}. Save it as RGB.") from error


def _from_integers(picture: Image.Image) -> Image.Image:
    values = np.asarray(picture).astype(np.int64)
    if values.min() < 0 or values.max() > 65535:
        raise DataError(
            f"an image of whole numbers from {values.min()} to {values.max()}; 16 bits end at 65535. "
            "Give the pixels as an array."
        )
    return Image.fromarray(((values + 128) // 257).astype(np.uint8))
