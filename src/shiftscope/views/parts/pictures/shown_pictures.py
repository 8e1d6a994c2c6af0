"""What a page says of whom it shows pictures that were made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.pictures.made_pictures import Drawn


class KeptPictures(Protocol):
    """Of a unit, or as one of `LOGITS` of a category."""

    @property
    def selection(self) -> Selection: ...

    @property
    def asked_pictures(self) -> list[PictureQuestion]:
        """What the pictures that are kept for it answer."""

    @property
    def drawn(self) -> Sequence[Drawn]:
        """Those that are kept for it alone, one of each question, with the colours of baseline or focus."""


class ShownPictures(KeptPictures, Protocol):
    """The unit or category too, and the page that is of it alone."""

    @property
    def layer(self) -> str: ...

    @property
    def index(self) -> int: ...

    @property
    def at(self) -> PageAddress: ...
