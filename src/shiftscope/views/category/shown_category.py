"""A category, and how its page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.category_name import category_name


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
