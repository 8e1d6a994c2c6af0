"""What a shift adds to a unit's use."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.differences.in_use import too_few_in_use
from shiftscope.explain.visualisation.picture_question import FROM_NOISE
from shiftscope.flow.steps.asked_layer_before import asked_layer_before
from shiftscope.progress import Progress
from shiftscope.store.shifted_set import shifted_set
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.asked.range_of import range_of
from shiftscope.web.jobs.kind import Live, job


@job("difference")
@dataclass(frozen=True, kw_only=True)
class Difference:
    """As `shiftscope difference` does; what is kept already is not drawn again."""

    layer: str
    unit: int
    dataset: str
    method: str
    at: str = ""  # the nearest layer before where empty
    draft: bool = False
    range: str = ""

    @property
    def title(self) -> str:
        method = self.method.replace("_", " ")
        by = f", by {self.at}" if self.at else ""
        return f"what {self.dataset} adds to the use of unit {self.unit} of {self.layer}{by}: {method}"

    def check(self, study: StoredStudy) -> None:
        study.layer(self.layer).check(self.unit)
        asked_layer_before(study, self.layer, self.at or None)
        range_of(self.range)
        if self.method not in FROM_NOISE:
            raise BadRequest(
                f"{self.method!r} does not draw two uses from one start; {' and '.join(FROM_NOISE)} do."
            )
        shifted_set(study, self.dataset)
        if lacking := too_few_in_use(study, self.layer, self.unit, self.dataset):
            raise BadRequest(f"{lacking}.")

    def run(self, live: Live, progress: Progress) -> None:
        live.difference(
            self.layer,
            self.unit,
            self.dataset,
            at=self.at or None,
            method=self.method,
            draft=self.draft,
            range=range_of(self.range),
            progress=progress,
        )
