"""Units whose silence helps under a shift, searched and kept."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job


@job("repair")
@dataclass(frozen=True, kw_only=True)
class Repair:
    """As `shiftscope repair` does."""

    dataset: str
    margin: float
    most: int
    seed: int
    layer: str
    reference: str

    @property
    def title(self) -> str:
        margin = f"margin {100 * self.margin:.3g} points of {self.reference}"
        return f"A repair of {self.layer} for {self.dataset}, {margin}, {self.most} units at most"

    def check(self, study: StoredStudy) -> None:
        """What there is not, the job itself says."""

    def run(self, live: Live, progress: Progress) -> None:
        live.repair(
            self.dataset,
            margin=self.margin,
            most=self.most,
            seed=self.seed,
            layer=self.layer,
            reference=self.reference,
            progress=progress,
        )
