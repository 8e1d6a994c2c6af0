"""A unit, and how its page shows it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shiftscope.errors import StudyBusy, StudyDamaged
from shiftscope.explain.attribution.attributions import Attributions
from shiftscope.explain.attribution.stored_attributions import listed_attributions
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import asked_pictures, read_picture
from shiftscope.explain.visualisation.visualised import Visualised
from shiftscope.scores.estimation.moved_maps import MovedMaps, moved_maps
from shiftscope.scores.estimation.stored_map_numbers import has_map_numbers
from shiftscope.store.notes import UnitNote, unit_note
from shiftscope.store.stored_study import StoredStudy
from shiftscope.summaries.category_sums import CategorySums
from shiftscope.summaries.moments import Moments
from shiftscope.tuning.answered import Answered, answered
from shiftscope.tuning.set_means import SetMean
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Message
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.derived.gate import Gate
from shiftscope.views.parts.pictures.pictures import Place
from shiftscope.views.parts.sets.worst_set import by_loss
from shiftscope.views.parts.units.mean_change import both_signs
from shiftscope.views.parts.units.unit_images import Show

if TYPE_CHECKING:
    from shiftscope.explain.fit_under_shift.set_fit import SetFit

MOST_OTHERS = 5  # sets beside baseline and focus


@dataclass(frozen=True)
class ShownUnit:
    """What the sections of a unit's page show: the unit, the choices in force, and which of its images."""

    selection: Selection
    layer: str
    index: int
    at: PageAddress
    show: Show
    images: int
    start: int  # images that are left out before them
    seed: int
    place: Place
    refused: Sequence[Message] = ()  # why the focus is not the one asked for
    method: str = ""  # of the maps; the first that is kept where empty
    image: str = ""  # whose map is taken apart by scales, as lab:17

    @property
    def study(self) -> StoredStudy:
        return self.selection.study

    @property
    def pair(self) -> list[str]:
        """Baseline and focus; one set where the study has no other."""
        return self.selection.pair

    @cached_property
    def gate(self) -> Gate:
        return Gate(self.selection, self.layer)

    @property
    def fit(self) -> SetFit | None:
        """How the dictionary behind a derived layer reads the focus, where that is computed."""
        return self.gate.fit(self.selection.focus)

    @cached_property
    def others(self) -> list[str]:
        """The sets beside these two, those that lose most accuracy first."""
        return [name for name in by_loss(self.selection) if name not in self.pair]

    @property
    def sets(self) -> list[str]:
        """Baseline, focus and some of the others."""
        return [*self.pair, *self.others[:MOST_OTHERS]]

    def means(self, dataset: str) -> npt.NDArray[np.float64]:
        """(category,) mean response; NaN for a category without samples."""
        return category_means(self.study[dataset].summary(self.layer, CategorySums), self.index)

    @cached_property
    def answered(self) -> Answered:
        """How its answers to the categories changed from baseline to focus."""
        means = (self.means(name) for name in (self.selection.baseline, self.selection.focus))
        return answered(*means, both_signs=self.both_signs)

    @cached_property
    def both_signs(self) -> bool:
        """Whether it responds on both sides of zero in the baseline, where no multiple of its mean has a sense."""
        return both_signs(self.study, self.selection.baseline, self.layer, self.index)

    @cached_property
    def deviation(self) -> float | None:
        """Of its responses in the baseline, where changes of its mean are told in it; None where as multiples."""
        if not self.both_signs:
            return None
        return math.sqrt(float(self.mean(self.selection.baseline).variance()[0]))

    def mean(self, dataset: str) -> SetMean:
        """Over all samples of a set."""
        moments = self.study[dataset].summary(self.layer, Moments)
        samples, total = int(moments.count), float(moments.total[self.index])
        if not samples:
            return SetMean(0, np.array([math.nan]), np.zeros(1))
        apart = max(0.0, float(moments.squares[self.index]) - total * total / samples)
        return SetMean(samples, np.array([total / samples]), np.array([apart]))

    @cached_property
    def maps(self) -> list[Attributions]:
        """Those that are kept of the unit over samples of baseline and focus, one after the other method."""
        found = listed_attributions(self.study, self.layer, self.index)
        return [each for each in found if each.question.dataset in self.pair]

    @cached_property
    def drawn(self) -> list[tuple[PictureQuestion, Visualised]]:
        """Pictures that are kept for the unit alone, one of each question, with the colours and spectra of baseline or
        focus."""
        return self._pictures(one=True)

    @cached_property
    def drawn_several(self) -> list[tuple[PictureQuestion, Visualised]]:
        """The same of questions that ask for several: facets, and pictures drawn together."""
        return self._pictures(one=False)

    def _pictures(self, *, one: bool) -> list[tuple[PictureQuestion, Visualised]]:
        asked = [
            each
            for each in self.asked_pictures
            if each.dataset in self.pair and each.use is None and not each.half and each.alone is one
        ]
        found = ((question, read_picture(self.study, question)) for question in asked)
        return [(question, picture) for question, picture in found if picture]

    @cached_property
    def asked_pictures(self) -> list[PictureQuestion]:
        """What the pictures that are kept for the unit answer."""
        return list(asked_pictures(self.study, self.layer, self.index))

    @cached_property
    def moved_maps(self) -> MovedMaps | None:
        """How its maps moved from baseline to focus, where the study has numbers of every unit's maps."""
        if not has_map_numbers(self.study):
            return None
        selection = self.selection
        return moved_maps(self.study, selection.focus, selection.baseline, self.layer, self.index)

    @cached_property
    def note(self) -> UnitNote | StudyBusy | StudyDamaged:
        """What people wrote about it, or why that cannot be read."""
        try:
            return unit_note(self.study, self.layer, self.index)
        except (StudyBusy, StudyDamaged) as error:
            return error


def category_means(sums: CategorySums, unit: int) -> npt.NDArray[np.float64]:
    """(category,) mean response of one unit; NaN for a category without samples."""
    means: npt.NDArray[np.float64] = np.divide(
        sums.total[:, unit], sums.count, out=np.full(len(sums.count), np.nan), where=sums.count > 0
    )
    return means
