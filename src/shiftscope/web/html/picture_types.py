"""What a thumbnail can be."""

from __future__ import annotations

import base64

SUFFIXES = {"image/png": "png", "image/jpeg": "jpg"}  # of files, by media type


def data_uri(content: bytes, media_type: str) -> str:
    """The picture itself as an address."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
