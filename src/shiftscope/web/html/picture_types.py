"""What a thumbnail can be."""

from __future__ import annotations

import base64

from shiftscope.errors import StudyDamaged

SUFFIXES = {"image/png": "png", "image/jpeg": "jpg"}  # of files, by media type


def check_picture(media_type: str) -> None:
    """Raise `StudyDamaged` for anything but a picture: as a page it could run code."""
    if media_type not in SUFFIXES:
        raise StudyDamaged(f"a thumbnail of type {media_type!r}; there can be {', '.join(sorted(SUFFIXES))}.")


def data_uri(content: bytes, media_type: str) -> str:
    """The picture itself as an address."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
