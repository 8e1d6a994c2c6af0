"""What a shift does to the spectra of the images."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.progress import Progress
from shiftscope.store.shifted_set import shifted_set
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.asked.range_of import range_of
from shiftscope.web.jobs.kind import Live, job


@job("spectra")
@dataclass(frozen=True, kw_only=True)
class Spectra:
    """As `shiftscope spectra` does."""

    dataset: str
    range: str = ""

    @property
    def title(self) -> str:
        return f"Spectra of the images of {self.dataset}"

    def check(self, study: StoredStudy) -> None:
        range_of(self.range)
        shifted_set(study, self.dataset)

    def run(self, live: Live, progress: Progress) -> None:
        live.spectra(self.dataset, range=range_of(self.range))
