"""What a page says of whom it shows pictures that were made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.store.stored_study import StoredStudy
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.pictures.made_pictures import Drawn


class ShownPictures(Protocol):
    """A unit, or as one of `LOGITS` a category, with the pictures that are kept for it."""

    @property
    def selection(self) -> Selection: ...

    @property
    def study(self) -> StoredStudy: ...

    @property
    def layer(self) -> str: ...

    @property
    def index(self) -> int: ...

    @property
    def at(self) -> PageAddress: ...

    @property
    def pair(self) -> list[str]:
        """Baseline and focus; one set where the study has no other."""

    @property
    def asked_pictures(self) -> list[PictureQuestion]:
        """What the pictures that are kept for it answer."""

    @property
    def drawn(self) -> Sequence[Drawn]:
        """Those that are kept for it alone, one of each question, with the colours of baseline or focus."""
