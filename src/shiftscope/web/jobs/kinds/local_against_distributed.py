"""What is lost with each sample's strongest feature, and what with its strongest unit."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.asked.check_derived import check_derived
from shiftscope.web.jobs.kind import Live, job


@job("local_against_distributed")
@dataclass(frozen=True, kw_only=True)
class LocalAgainstDistributed:
    """Of every dataset that can be shown to the model."""

    layer: str

    @property
    def title(self) -> str:
        return f"The strongest feature of {self.layer} against its strongest unit"

    def check(self, study: StoredStudy) -> None:
        check_derived(study, self.layer)

    def run(self, live: Live, progress: Progress) -> None:
        live.local_against_distributed(self.layer, progress=progress)
