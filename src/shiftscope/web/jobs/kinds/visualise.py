"""A picture of what a unit wants, or one each of several."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.picture_question import ACCENTUATION, FROM_NOISE
from shiftscope.progress import Progress
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.asked.range_of import range_of
from shiftscope.web.jobs.asked.units import units_in_words, units_of
from shiftscope.web.jobs.kind import Live, job

MOST_STRENGTHS = 8


@job("visualise")
@dataclass(frozen=True, kw_only=True)
class Visualise:
    """As `shiftscope visualise` does; what is kept already is not drawn again."""

    layer: str  # "logits" where the unit is a category
    unit: int
    method: str
    dataset: str
    draft: bool = False
    units: str = ""  # further ones, apart by spaces
    sample: int | None = None
    range: str = ""
    believe: bool = False
    strengths: str = ""  # of accentuation, apart by spaces, a picture for each; the usual one where empty

    @property
    def title(self) -> str:
        what = "draft" if self.draft else "picture"
        start = f"from image {self.sample}" if self.sample is not None else "with the colours"
        of = f"{units_in_words(self.unit, self.units)} of {self.layer}"
        return f"{self.method.replace('_', ' ')} of {of}, a {what} {start} of {self.dataset}"

    def check(self, study: StoredStudy) -> None:
        for each in units_of(self.unit, self.units):
            if self.layer == LOGITS:
                study.check_category(each)
            else:
                study.layer(self.layer).check(each)
        samples = study[self.dataset].samples
        if self.sample is not None:
            samples.check(self.sample)
        if self.method not in (methods := (*FROM_NOISE, ACCENTUATION)):
            raise BadRequest(f"no method {self.method!r} here; there are {', '.join(methods)}.")
        if self.method == ACCENTUATION and self.sample is None:
            raise BadRequest(f"{self.method} starts from an image: draw it on the image's page.")
        range_of(self.range)
        if _strengths(self.strengths) and self.method != ACCENTUATION:
            raise BadRequest(f"{self.method} takes no strength; accentuation does.")

    def run(self, live: Live, progress: Progress) -> None:
        options: list[dict[str, Any]] = [{"strength": each} for each in _strengths(self.strengths)]
        for given in options or [{}]:
            live.visualise(
                None if self.layer == LOGITS else self.layer,
                units_of(self.unit, self.units),
                method=self.method,
                dataset=self.dataset,
                sample=self.sample,
                draft=self.draft,
                range=range_of(self.range),
                believe=self.believe,
                progress=progress,
                **given,
            )


def _strengths(text: str) -> list[float]:
    words = text.replace(",", " ").split()
    try:
        found = [float(word) for word in words]
    except ValueError:
        found = [-1.0]
    if not all(math.isfinite(each) and each >= 0 for each in found):
        raise BadRequest(f"strengths {text!r}; give numbers of 0 or more, as 3 1 0.3.")
    if len(found) > MOST_STRENGTHS:
        raise BadRequest(f"{len(found)} strengths; up to {MOST_STRENGTHS} at a time.")
    return found
