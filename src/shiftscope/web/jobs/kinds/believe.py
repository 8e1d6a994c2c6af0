"""How much of pictures that are kept to believe."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import picture_asked
from shiftscope.progress import Progress
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job


@job("believe")
@dataclass(frozen=True, kw_only=True)
class Believe:
    """As `shiftscope visualise --believe` does."""

    layer: str  # "logits" where the unit is a category
    unit: int
    pictures: str  # their codes, apart by blanks

    @property
    def title(self) -> str:
        return f"how much to believe of pictures of unit {self.unit} of {self.layer}"

    def check(self, study: StoredStudy) -> None:
        self._asked(study)

    def run(self, live: Live, progress: Progress) -> None:
        place = None if self.layer == LOGITS else self.layer
        for question in self._asked(live.study):
            live.visualise(place, self.unit, believe=True, progress=progress, **question.asked)

    def _asked(self, study: StoredStudy) -> list[PictureQuestion]:
        found = [picture_asked(study, code) for code in self.pictures.split()]
        if not found or any((each.layer, each.unit) != (self.layer, self.unit) for each in found):
            raise BadRequest(f"pictures={self.pictures!r} are not all of unit {self.unit} of {self.layer}.")
        return found
