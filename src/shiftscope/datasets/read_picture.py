"""An image file as a picture in memory."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from shiftscope.errors import DataError

# Pillow's other readers are left out: EPS, for one, starts another program, whatever the file is called.
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
EXTENSIONS = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm")


def read_picture(file: Path | bytes) -> Image.Image:
    """The picture in a file, decoded; of several frames the first.

    Raises
    ------
    DataError
        More pixels than Pillow's limit for files from strangers.
    OSError
        Not a picture in one of `FORMATS`, or a damaged one.
    """
    with Image.open(io.BytesIO(file) if isinstance(file, bytes) else file, formats=FORMATS) as picture:
        width, height = picture.size
        limit = Image.MAX_IMAGE_PIXELS
        if limit is not None and width * height > limit:
            raise DataError(
                f"a picture of {width:,} x {height:,} pixels, more than the {limit:,} that are safe "
                "to decode. Make it smaller, or raise PIL.Image.MAX_IMAGE_PIXELS if you trust it."
            )
        # Decoded whole: a JPEG decoded at a half or a quarter (`Image.draft`) would take two thirds of the time, and
        # move what the model sees, in photographs resized to 32 px by 2 levels on average and by up to 60.
        picture.load()
        return picture
