"""The significant paths of a map, and how their page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from shiftscope.explain.paths.path_statistics import PathStatistics
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.selection import Selection
from shiftscope.views.paths.path_choice import PathChoice
from shiftscope.views.paths.path_order import Order, ordered

Scale = Literal["own", "same"]


@dataclass(frozen=True)
class ShownPaths:
    """What the sections of the page of significant paths show; the baseline is counted."""

    chosen: PathChoice
    at: PageAddress
    order: Order
    scale: Scale
    category: int | None  # whose frequencies are drawn; None for all together
    log: bool

    @property
    def selection(self) -> Selection:
        return self.chosen.selection

    @property
    def against(self) -> PathStatistics:
        """Of the baseline."""
        return self.chosen.statistics[self.selection.baseline]

    @property
    def followed(self) -> str:
        """The dataset shown beside the baseline: the focus; the baseline itself where that is not counted."""
        focus = self.selection.focus
        return focus if focus in self.chosen.statistics else self.selection.baseline

    @property
    def here(self) -> PathStatistics:
        """Of that dataset."""
        return self.chosen.statistics[self.followed]

    @cached_property
    def rows(self) -> npt.NDArray[np.intp]:
        """Of the matrices: the categories in their order, then all together."""
        return np.append(ordered(self.against.kl[:-1, :-1], self.order), len(self.against.kl) - 1)

    @property
    def row_names(self) -> list[str]:
        names = self.chosen.names()
        return [names[row] for row in self.rows]
