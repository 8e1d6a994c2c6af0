"""Where the high frequencies of a unit's gradient come from."""

from __future__ import annotations

from dataclasses import dataclass

from shiftscope.progress import Progress
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import Live, job


@job("downsampling")
@dataclass(frozen=True, kw_only=True)
class Downsampling:
    """As `shiftscope downsampling` does, on the images of the focus that the unit responds to most."""

    layer: str
    unit: int
    focus: str

    @property
    def title(self) -> str:
        return f"High frequencies of the gradient of unit {self.unit} of {self.layer} on {self.focus}"

    def check(self, study: StoredStudy) -> None:
        study.layer(self.layer).check(self.unit)
        study[self.focus]

    def run(self, live: Live, progress: Progress) -> None:
        live.downsampling(self.layer, self.unit, dataset=self.focus, progress=progress)
