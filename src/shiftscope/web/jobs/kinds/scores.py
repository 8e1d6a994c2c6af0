"""Scores that a page shows and nobody has computed yet."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.errors import StudyDamaged
from shiftscope.flow.scores import score_all
from shiftscope.progress import Progress
from shiftscope.scores.estimation.stored_estimates import (
    keep_estimates,
    lacking_estimates,
    stored_estimates_of,
)
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job


@job("scores")
@dataclass(frozen=True, kw_only=True)
class Scores:
    """Of the units of every layer in every dataset that is not damaged."""

    reference: str

    @property
    def title(self) -> str:
        return f"Scores compared with {self.reference}"

    def check(self, study: StoredStudy) -> None:
        study[self.reference]

    def run(self, live: Live, progress: Progress) -> None:
        """Keep them.

        Raises
        ------
        StudyDamaged
            The reference is damaged, or what is damaged is of no dataset.
        StudyNotWritable
            They were computed, and cannot be kept.
        """
        study, reference = live.study, self.reference
        while True:
            try:
                score_all(study, reference=reference, progress=progress)
                break
            except StudyDamaged as error:  # pages leave such a dataset out, and say so
                if error.dataset not in study:
                    raise
                study = study.without(error)
        with write_errors(study.path):
            for layer, names in lacking_estimates(study, reference).items():  # a full disk stops no page
                for name, estimates in stored_estimates_of(study, names, reference, layer).items():
                    keep_estimates(study, name, reference, layer, estimates)
