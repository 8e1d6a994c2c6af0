"""How much of pictures that are kept to believe."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.progress import Progress
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.asked.coded_pictures import coded_pictures
from shiftscope.web.jobs.asked.units import units_in_words
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
        return f"how much to believe of pictures of {units_in_words(self.layer, self.unit)}"

    def check(self, study: StoredStudy) -> None:
        coded_pictures(study, self.layer, self.unit, self.pictures)

    def run(self, live: Live, progress: Progress) -> None:
        place = None if self.layer == LOGITS else self.layer
        for question in coded_pictures(live.study, self.layer, self.unit, self.pictures):
            live.visualise(place, self.unit, believe=True, progress=progress, **question.asked)
