"""How much each feature of a derived layer counts for each category."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.asked.check_derived import check_derived
from shiftscope.web.jobs.kind import Live, job


@job("importance")
@dataclass(frozen=True, kw_only=True)
class Importance:
    """Through the linear head where the layer behind it feeds one, otherwise by the model."""

    layer: str

    @property
    def title(self) -> str:
        return f"Importance of the features of {self.layer}"

    def check(self, study: StoredStudy) -> None:
        check_derived(study, self.layer)

    def run(self, live: Live, progress: Progress) -> None:
        live.importance(self.layer, progress=progress)
