"""What a thumbnail can be."""

from __future__ import annotations

from shiftscope.errors import StudyDamaged

SUFFIXES = {"image/png": "png", "image/jpeg": "jpg"}  # of files, by media type


def check_picture(media_type: str) -> None:
    """Raise `StudyDamaged` for anything but a picture: as a page it could run code."""
    if media_type not in SUFFIXES:
        raise StudyDamaged(f"a thumbnail of type {media_type!r}; there can be {', '.join(sorted(SUFFIXES))}.")
