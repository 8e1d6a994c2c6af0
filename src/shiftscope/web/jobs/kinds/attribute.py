"""Maps of units over the strongest images of each, in the baseline and in the focus."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.errors import BadRequest
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.asked.maps import (
    check_method,
    low_pass_in_words,
    low_pass_of,
    sanity_in_words,
)
from shiftscope.web.jobs.asked.units import units_in_words, units_of
from shiftscope.web.jobs.kind import Live, job

MOST = 200  # images


@job("attribute")
@dataclass(frozen=True, kw_only=True)
class Attribute:
    """As `shiftscope attribute` does, of both sets; what is kept already is not computed again."""

    layer: str
    unit: int
    baseline: str
    focus: str
    method: str
    samples: int
    units: str = ""  # numbers of further units, apart by spaces
    low_pass: str = ""  # cycles per image, or "fitted"; whole maps where empty
    sanity: bool = False  # randomise the weights of a copy, and say whether the maps depend on them

    @property
    def title(self) -> str:
        sets = " and ".join(self._sets)
        of = f"{units_in_words(self.layer, self.unit, self.units)} on {self.samples} images of {sets}"
        return f"{self.method}{low_pass_in_words(self.low_pass)} of {of}{sanity_in_words(self.sanity)}"

    @property
    def _sets(self) -> list[str]:
        return list(dict.fromkeys([self.baseline, self.focus]))

    def check(self, study: StoredStudy) -> None:
        for each in units_of(self.unit, self.units):
            study.layer(self.layer).check(each)
        for name in self._sets:
            study[name]
        check_method(self.method)
        low_pass_of(self.low_pass)
        if not 1 <= self.samples <= MOST:
            raise BadRequest(f"from 1 to {MOST} images, and not {self.samples}.")

    def run(self, live: Live, progress: Progress) -> None:
        for name in self._sets:
            live.attribute(
                self.layer,
                units_of(self.unit, self.units),
                method=self.method,
                dataset=name,
                samples=self.samples,
                low_pass=low_pass_of(self.low_pass),
                sanity=self.sanity,
                progress=progress,
            )
