"""What a shift does to the spectra of the images."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.errors import BadRequest
from shiftscope.progress import Progress
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
        if study[self.dataset].name == study.reference:
            raise BadRequest(f"{self.dataset!r} is the reference; name a shifted dataset.")

    def run(self, live: Live, progress: Progress) -> None:
        live.spectra(self.dataset, range=range_of(self.range))
