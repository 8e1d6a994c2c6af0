"""What a unit is used for under a shift and not on the reference, from what a study stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.difference_direction import (
    FEWEST,
    Separation,
    difference_direction,
    halves,
    separation,
)
from shiftscope.explain.visualisation.pair_distance import PairDistance, pair_distance
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.visualised import Visualised
from shiftscope.model.target import Direction, Sum, Target
from shiftscope.recording.live_study import LINEAR_POOLS
from shiftscope.statistics.split import fit_half
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    Responses = npt.NDArray[np.floating[Any]]  # (sample, unit)

DECILE = 90.0  # percentile of the unit's responses on the reference above which it is in use
EQUAL = 99.0  # percentile that both pictures have to reach to be compared


@dataclass(frozen=True, eq=False)
class Difference:
    """A unit's use under a shift against its use on the reference: how far apart they are, and a picture of each."""

    separation: Separation
    shifted: Visualised
    reference: Visualised
    dataset: str
    placebo: tuple[Visualised, Visualised] | None = None  # pictures of two halves of the reference, likewise

    @property
    def distance(self) -> PairDistance | None:
        """Of the pictures, beside that of the placebo; None without one."""
        return self.placebo and pair_distance((self.shifted, self.reference), self.placebo)

    def in_words(self) -> str:
        """Whether it is a finding, whether the pictures can be compared, and how far apart they are."""
        apart = self.distance
        return self._found_in_words() + (f"; {apart.in_words()}" if apart else "")

    def _found_in_words(self) -> str:
        found = self.separation
        apart = (
            f"AUROC {found.auroc:.2f} ({found.low:.2f} to {found.high:.2f}), of halves of the reference up to "
            f"{found.placebo.max():.2f}"
        )
        if not found.found:
            return f"{apart}: the two uses differ no more than two halves of the reference do"
        reached = [each.reached for each in (self.shifted, self.reference)]
        if all(each is not None and each.quantile >= EQUAL / 100 for each in reached):
            return f"{apart}: used otherwise under {self.dataset}"
        responses = f"{self.shifted.score:.3g} and {self.reference.score:.3g}"
        return (
            f"{apart}: used otherwise under {self.dataset}; the pictures, with responses of {responses}, do not both "
            "reach the reference's 99th percentile and are not to be compared"
        )

    def __repr__(self) -> str:
        return f"<Difference {self.shifted.objective}: {self.in_words()}>"

    def _repr_html_(self) -> str:
        from html import escape

        pair = self.shifted._repr_html_() + self.reference._repr_html_()
        grey = "" if self.separation.found else ' style="opacity:0.4"'
        return f"<figure><div{grey}>{pair}</div><figcaption>{escape(self.in_words())}</figcaption></figure>"


def separation_of(
    study: StoredStudy, layer: str, unit: int, dataset: str, at: str, *, seed: int = 0
) -> Separation:
    """How well the responses of the layer before tell a unit's strong responses under a shift from those on the
    reference.

    Raises
    ------
    BadRequest
        Fewer than 30 samples a side, or responses of the layer before that are no sums over places.
    NotInStudy
        No such layer, or its single responses are not kept.
    """
    fit, held_out = _in_use(study, layer, unit, dataset, at)
    return separation(fit, held_out, rng=np.random.default_rng(seed))


def raised_by(study: StoredStudy, question: PictureQuestion, own: Target) -> Sum:
    """The unit, and the direction of its shifted use in the layer before added or taken away, in deviations of each.

    With the reference in the place of the shifted dataset the direction is that of two random halves of it.
    """
    assert question.use is not None
    dataset, at, sign = question.use
    (shifted, reference), _ = _in_use(study, question.layer, question.unit, dataset, at)
    if dataset == study.reference:
        shifted, reference = halves(reference, np.random.default_rng(question.seed))
    direction = difference_direction(shifted, reference)
    known = _responses(study, study.reference, question.layer, question.unit)
    above = known[known > np.nanpercentile(known, DECILE)]
    along = reference @ direction
    return Sum(
        [(1 / _deviation(above), own), (sign / _deviation(along), Direction(at, direction))], scaled=False
    )


def _in_use(
    study: StoredStudy, layer: str, unit: int, dataset: str, at: str
) -> tuple[tuple[Responses, Responses], tuple[Responses, Responses]]:
    """(sample, unit) of the layer before, in use under the shift and on the reference, to fit on and held out."""
    before = study.layer(at)
    if before.side != "output" or before.pool not in LINEAR_POOLS:
        raise BadRequest(
            f"{at} is recorded as {before.read_as}; a direction is one of units that are not pooled, or by a mean."
        )
    bar = np.nanpercentile(_responses(study, study.reference, layer, unit), DECILE)
    fit: list[Responses] = []
    held_out: list[Responses] = []
    for name in (dataset, study.reference):
        strong = _responses(study, name, layer, unit) > bar
        half = fit_half(study[name].samples.column("id").to_pylist())
        if (count := int((strong & half).sum())) < FEWEST:
            raise BadRequest(
                f"{layer}:{unit} is in its top decile on {count} samples of {name}; {FEWEST} are needed."
            )
        for side, chosen in ((fit, half), (held_out, ~half)):
            side.append(study[name].responses_at(at, np.flatnonzero(strong & chosen).tolist()))
    return (fit[0], fit[1]), (held_out[0], held_out[1])


def _responses(study: StoredStudy, dataset: str, layer: str, unit: int) -> npt.NDArray[np.float64]:
    recording = study[dataset]
    if layer == LOGITS:
        return np.asarray(recording.logits_of()[:, unit], np.float64)
    recording.holding(layer).require_responses()
    return np.asarray(recording.unit_responses(layer, unit), np.float64)


def _deviation(numbers: npt.NDArray[Any]) -> float:
    return float(max(numbers.std(), 1e-12))
