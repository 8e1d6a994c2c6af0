"""Whether a derived layer reads the shifted sets."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.errors import BadRequest
from shiftscope.flow.fit_under_shift import fit_under_shift
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job


@job("fit_under_shift")
@dataclass(frozen=True, kw_only=True)
class FitUnderShift:
    """From what is stored alone."""

    layer: str

    @property
    def title(self) -> str:
        return f"Fit of {self.layer} under the shift"

    def check(self, study: StoredStudy) -> None:
        if study.layer(self.layer).name not in study.derived:
            raise BadRequest(f"{self.layer!r} was recorded, so there is no dictionary that might not fit.")

    def run(self, live: Live, progress: Progress) -> None:
        fit_under_shift(live.study, self.layer, progress=progress)
