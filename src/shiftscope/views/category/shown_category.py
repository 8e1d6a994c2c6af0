"""A category, and how its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import asked_pictures
from shiftscope.store.layout import LOGITS
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.category_name import category_name
from shiftscope.views.parts.pictures.figures import Sides, read_sides
from shiftscope.views.parts.pictures.gallery import kept_of
from shiftscope.views.parts.pictures.made_pictures import Drawn


@dataclass(frozen=True)
class ShownCategory:
    """What the sections of a category's page show: the category, the choices in force, how many of its images."""

    selection: Selection
    index: int
    at: PageAddress
    images: int

    @property
    def name(self) -> str:
        return category_name(self.selection.study, self.index)

    @property
    def layer(self) -> str:
        """Of which its logit is a unit; the page's layer is that of the selection."""
        return LOGITS

    @cached_property
    def asked_pictures(self) -> list[PictureQuestion]:
        """What the pictures that are kept for its logit answer."""
        return list(asked_pictures(self.selection.study, self.layer, self.index))

    @cached_property
    def sides(self) -> Sides:
        """Of its logit, one picture with the colours of baseline and one with those of focus, None where none is
        kept."""
        kept = kept_of(self.selection, self.asked_pictures, [self.index])
        return read_sides(self.selection.study, [own.get(self.index) for own in kept.values()])

    @property
    def drawn(self) -> list[Drawn]:
        """Those of the sides that are kept."""
        return [each for each in self.sides if each]
