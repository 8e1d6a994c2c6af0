"""What a picture holds: what was made, or a sample's thumbnail."""

from __future__ import annotations

import base64
from typing import Protocol

from shiftscope.errors import StudyDamaged
from shiftscope.views.page.panels import Picture

SUFFIXES = {"image/png": "png", "image/jpeg": "jpg"}  # of files, by media type


class Thumbnails(Protocol):
    """One dataset of a study."""

    def thumbnail(self, position: int) -> tuple[bytes, str]: ...


class Pictured(Protocol):
    """What is needed of a study."""

    @property
    def name(self) -> str: ...

    def __getitem__(self, dataset: str) -> Thumbnails: ...


def content_of(study: Pictured, picture: Picture) -> tuple[bytes, str]:
    """The bytes of a picture and their media type.

    Raises
    ------
    StudyDamaged
        The thumbnail is no picture.
    NotInStudy
        There is no such thumbnail.
    """
    if picture.made:
        return picture.made.png(), "image/png"
    content, media_type = study[picture.dataset].thumbnail(picture.position)
    check_picture(media_type)
    return content, media_type


def check_picture(media_type: str) -> None:
    """Raise `StudyDamaged` for anything but a picture: as a page it could run code."""
    if media_type not in SUFFIXES:
        raise StudyDamaged(f"a thumbnail of type {media_type!r}; there can be {', '.join(sorted(SUFFIXES))}.")


def data_uri(content: bytes, media_type: str) -> str:
    """The picture itself as an address."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
