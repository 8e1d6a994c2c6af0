"""Units of any layer changed while the model runs."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.explain.interventions.edit import EditKind
from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job


@job("intervene")
@dataclass(frozen=True, kw_only=True)
class Intervene:
    """On every dataset that is given or can be opened again."""

    layer: str
    units: str  # their numbers with commas between
    edit: EditKind
    reference: str

    @property
    def title(self) -> str:
        return f"What units {self.units} of {self.layer} do, {self.edit}"

    def check(self, study: StoredStudy) -> None:
        from shiftscope.explain.interventions.changeable import changeable
        from shiftscope.explain.interventions.edit import refuse_other_edits
        from shiftscope.explain.interventions.head import checked_units
        from shiftscope.explain.interventions.numbers import unit_numbers

        checked_units(unit_numbers(self.units), study, self.layer)
        refuse_other_edits(self.edit)
        study[self.reference]
        changeable(study, self.layer)

    def run(self, live: Live, progress: Progress) -> None:
        """Raises `DataError` or `StudyMismatch` for a dataset that is not there; what the model answers on the others
        is kept."""
        from shiftscope.explain.interventions.numbers import unit_numbers

        units = unit_numbers(self.units)
        live.intervene(self.layer, units, self.edit, reference=self.reference, progress=progress)
        if live.left_out:
            raise next(iter(live.left_out.values()))
