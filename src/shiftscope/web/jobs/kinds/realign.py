"""A derived layer aligned to one shifted set."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.errors import BadRequest
from shiftscope.explain.realignment.realignment import PROPOSED
from shiftscope.flow.scores import score_all
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job


@job("realign")
@dataclass(frozen=True, kw_only=True)
class Realign:
    """What was aligned before is replaced; its scores too, for which its pages would wait."""

    layer: str
    dataset: str
    variant: str

    @property
    def title(self) -> str:
        by = "" if self.variant == PROPOSED else f" by {self.variant}"
        return f"{self.layer} aligned to {self.dataset}{by}"

    def check(self, study: StoredStudy) -> None:
        from shiftscope.derived.realigned import aligned_to
        from shiftscope.explain.realignment.variant import variants

        name = study.layer(self.layer).name
        if name not in study.derived or aligned_to(study, name):
            raise BadRequest(f"{self.layer!r} is no dictionary of the reference, which could be aligned.")
        if study[self.dataset].name == study.reference:
            raise BadRequest(f"{self.layer!r} was fitted on {self.dataset!r}.")
        if self.variant != PROPOSED:
            variants[self.variant]

    def run(self, live: Live, progress: Progress) -> None:
        asked = None if self.variant == PROPOSED else self.variant
        found = live.realign(self.layer, self.dataset, variant=asked, overwrite=True, progress=progress)
        if found.accepted:
            score_all(live.study, progress=progress)
