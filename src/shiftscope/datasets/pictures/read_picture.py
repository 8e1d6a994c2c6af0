"""An image file as a picture in memory."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image

from shiftscope.errors import DataError

# Pillow's other readers are left out: EPS, for one, starts another program, whatever the file is called. HEIF is
# there where its plug-in is.
SAFE = ("PNG", "JPEG", "MPO", "JPEG2000", "WEBP", "AVIF", "HEIF", "BMP", "DIB", "GIF", "TIFF", "PPM")


def formats() -> tuple[str, ...]:
    """Those of `SAFE` that Pillow can open here."""
    Image.init()
    return tuple(name for name in SAFE if name in Image.OPEN)


def endings() -> tuple[str, ...]:
    """How names of files in these formats end, in small letters: the usual ones first."""
    there, known = formats(), Image.registered_extensions()
    return tuple(
        sorted((end for end, name in known.items() if name in there), key=lambda e: there.index(known[e]))
    )


def read_picture(file: Path | bytes) -> Image.Image:
    """The picture in a file, decoded; of several frames the first.

    Raises
    ------
    DataError
        More pixels than Pillow's limit for files from strangers, or a pipe or device, which may never end.
    OSError
        Not a picture in one of `formats()`, or a damaged one.
    """
    if isinstance(file, Path) and file.exists() and not file.is_file():
        raise DataError("it is not a file; remove it from among the images.")
    limit = Image.MAX_IMAGE_PIXELS
    with _opened(io.BytesIO(file) if isinstance(file, bytes) else file) as picture:
        width, height = picture.size
        if limit is not None and width * height > limit:
            raise _too_large(f"an image of {width:,} x {height:,} pixels")
        # Decoded whole: a JPEG decoded at a half or a quarter (`Image.draft`) would take two thirds of the time, and
        # move what the model sees, in photographs resized to 32 px by 2 levels on average and by up to 60.
        picture.load()
        return picture


def _opened(file: Path | io.BytesIO) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # refused by size
            return Image.open(file, formats=formats())
    except Image.DecompressionBombError as error:  # twice the limit and more
        raise _too_large(f"an image of too many pixels ({error})") from error


def _too_large(what: str) -> DataError:
    return DataError(
        f"{what}, more than the {Image.MAX_IMAGE_PIXELS:,} that are safe to decode. Make it smaller, or raise "
        "PIL.Image.MAX_IMAGE_PIXELS if you trust it."
    )
