"""A sample's picture as the few bytes that a page shows."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING

from shiftscope.errors import StudyDamaged

if TYPE_CHECKING:
    from PIL import Image

SHARP_BELOW = 64  # pixels; smaller pictures are PNG, so that a digit's pixels stay as they were
LARGEST = 128


def encode_thumbnail(picture: Image.Image) -> bytes:
    """PNG up to 64 px, else JPEG with the longer side at most 128 px: its pixels, and nothing said of them.

    A place or a comment that a camera wrote into the file stays out of the study, and so does the mark by which a
    browser would turn what the model saw unturned.
    """
    from PIL.Image import Resampling  # late: pages show thumbnails and make none

    # A new one, as the dataset may hand out the same object again.
    picture = picture.convert("RGB") if picture.mode not in ("RGB", "L") else picture.copy()
    picture.info.clear()
    buffer = io.BytesIO()
    if max(picture.size) <= SHARP_BELOW:
        picture.save(buffer, "PNG", compress_type=zlib.Z_RLE)  # a quarter faster, and as small
    else:
        # A gap of 1 shrinks by whole pixels first, which is six times faster from 256 px and looks the same.
        picture.thumbnail((LARGEST, LARGEST), Resampling.BILINEAR, reducing_gap=1.0)
        picture.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def media_type(thumbnail: bytes) -> str:
    """Raises `StudyDamaged` for what is neither of the two."""
    for start, kind in ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg")):
        if thumbnail.startswith(start):
            return kind
    raise StudyDamaged("a thumbnail is neither PNG nor JPEG, and is not shown. Record the dataset again.")
