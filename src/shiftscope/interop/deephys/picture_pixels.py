"""The pictures of a recording as pixels of one shape with three channels, as Deephys takes them."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from shiftscope.counted import counted
from shiftscope.errors import StudyDamaged
from shiftscope.interop.deephys.pixel_layout import PixelLayout
from shiftscope.store.stored_recording import Recording


class PicturePixels:
    """Pictures coded one by one; the first decides the shape of all."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._layout: PixelLayout | None = None
        self._grey = self._resized = self._lossy = 0

    def encoded(self, position: int) -> bytes:
        """The pixels of one sample as they stand in a file."""
        content, media_type = self._recording.thumbnail(position)
        try:
            picture: Image.Image = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
            picture.load()
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise StudyDamaged(
                f"the image of sample {position} of {self._recording.name!r} cannot be read: {error}. "
                "Record the dataset again."
            ) from error
        self._grey += picture.mode == "L"
        self._lossy += media_type == "image/jpeg"
        picture = picture.convert("RGB")
        if self._layout is None:
            self._layout = PixelLayout(picture.height, picture.width, 3)
        rows, columns, _ = self._layout.shape
        if picture.size != (columns, rows):
            self._resized += 1
            picture = picture.resize((columns, rows), Image.Resampling.BILINEAR)
        return self._layout.encode(np.asarray(picture))

    def notes(self) -> list[str]:
        """What of the pictures is not as it was."""
        rows, columns, _ = self._layout.shape if self._layout else (0, 0, 0)
        name, told = self._recording.name, []
        if self._grey:
            told.append(f"{name}: {counted(self._grey, 'grey image')} with three equal channels.")
        if self._resized:
            told.append(
                f"{name}: {counted(self._resized, 'image')} resized to {columns} x {rows} pixels as the first."
            )
        if self._lossy:
            told.append(
                f"{name}: {counted(self._lossy, 'image')} as the study's JPEG has it, not the pixels shown."
            )
        return told
