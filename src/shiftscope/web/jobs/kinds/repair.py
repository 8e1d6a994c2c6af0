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
        from shiftscope.explain.interventions.repair import RepairQuestion
        from shiftscope.explain.interventions.repair_search import halves_to_search

        question = RepairQuestion.of(
            study,
            self.dataset,
            layer=self.layer,
            reference=self.reference,
            margin=self.margin,
            most=self.most,
            seed=self.seed,
        )
        halves_to_search(study, question)

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
