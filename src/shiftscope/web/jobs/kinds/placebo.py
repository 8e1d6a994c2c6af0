"""How far pictures with two sets' colours are apart, beside what chance makes of two sets."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.colour_pair import lacking_pictures, refuse_other_starts
from shiftscope.flow.steps.asked_layer_before import asked_layer_before
from shiftscope.progress import Progress
from shiftscope.statistics.random_halves import DIVISIONS
from shiftscope.store.layout import LOGITS
from shiftscope.store.shifted_set import shifted_set
from shiftscope.store.stored_study import StoredStudy
from shiftscope.typed import whole_number
from shiftscope.web.jobs.asked.coded_pictures import coded_pictures
from shiftscope.web.jobs.asked.units import units_in_words
from shiftscope.web.jobs.kind import Live, job


@job("placebo")
@dataclass(frozen=True, kw_only=True)
class Placebo:
    """As `shiftscope visualise --placebo` does, for pictures drawn like those of these codes."""

    layer: str  # "logits" where the unit is a category
    unit: int
    dataset: str
    pictures: str  # their codes, apart by blanks
    divisions: int = DIVISIONS  # of the reference into halves

    @property
    def title(self) -> str:
        of = units_in_words(self.layer, self.unit)
        return f"the placebo of pictures of {of} with the colours of {self.dataset}"

    def check(self, study: StoredStudy) -> None:
        whole_number("divisions", self.divisions, 1)
        for question in coded_pictures(study, self.layer, self.unit, self.pictures):
            refuse_other_starts(question)
        shifted_set(study, self.dataset)
        asked_layer_before(study, self.layer, None)
        if lacking := lacking_pictures(study, self.dataset):
            raise BadRequest(f"{lacking}.")

    def run(self, live: Live, progress: Progress) -> None:
        place = None if self.layer == LOGITS else self.layer
        for question in coded_pictures(live.study, self.layer, self.unit, self.pictures):
            asked = question.asked | {"dataset": self.dataset}
            live.visualise(place, self.unit, placebo=self.divisions, progress=progress, **asked)
