"""How a dictionary reads one shifted set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.derived.derivation import Derivation, made_again
from shiftscope.derived.realigned import Realigned
from shiftscope.explain.fit_under_shift.gate import State, in_words, state_of
from shiftscope.explain.fit_under_shift.moments import SetMoments, set_moments
from shiftscope.explain.fit_under_shift.numbers import Numbers
from shiftscope.explain.fit_under_shift.reconstructions import (
    Reconstruct,
    by_dictionary,
    by_plain_units,
    by_random_atoms,
)
from shiftscope.explain.fit_under_shift.sets import ReportedSet, drawn_together, held_out, reported
from shiftscope.explain.fit_under_shift.subspace import directions_for, tilt
from shiftscope.explain.fit_under_shift.summary import (
    auroc,
    null_band,
    numbers_of,
    per_category_fvu,
    residual_shares,
)
from shiftscope.explain.fit_under_shift.told import Told, active_codes, foreign_errors, told
from shiftscope.model.linear_map import LinearMap
from shiftscope.store.stored_study import StoredStudy

SEED = 0
SHARES = (0.90, 0.99)  # of the reference's variance, that its leading directions hold
ROWS = ("dictionary", "plain units", "random atoms")
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SetFit:
    """Of the dictionary and of the two controls, in the order of `ROWS`."""

    numbers: Sequence[Numbers]  # on the shifted set
    reference: Sequence[Numbers]  # on the held-out reference
    active: float  # features a sample of the held-out reference
    tilts: FloatArray  # (share of the variance; directions, tilt, that of two halves of the reference)
    dead: FloatArray  # features that are never active: on the reference only, on the set only, on both
    novelty: float  # AUROC of ‖a − â‖ / ‖a‖
    novelty_absolute: float  # of ‖a − â‖
    null: FloatArray  # (error ratio, FVU ratio, difference of kept; end) of two halves of the reference
    per_category: FloatArray  # (reference or set, category) FVU
    residuals: FloatArray  # (sample,) ‖a − â‖ / ‖a‖
    positions: npt.NDArray[np.int64]  # (sample,) of those residuals

    @property
    def state(self) -> State:
        return state_of(self.reference[0], self.numbers[0], self.reference[1], self.reference[2])

    def in_words(self, layer: str, dataset: str) -> str:
        """The state, with the numbers that decide it."""
        return in_words(
            layer, dataset, self.reference[0], self.numbers[0], self.reference[1], self.reference[2]
        )


@dataclass(frozen=True, eq=False)
class _Side:
    reported: ReportedSet
    moments: SetMoments
    order: npt.NDArray[np.intp]  # of the samples, by their ids
    told: Sequence[Told]
    ever: npt.NDArray[np.bool_]
    active: float


def set_fits(study: StoredStudy, layer: str, datasets: Sequence[str]) -> Iterator[tuple[str, SetFit]]:
    """Of a derived layer, one dataset after another, in comparison with the held-out half of the reference.

    Read in blocks; what is kept of a sample are a few numbers. The reference is read by the dictionary as it was before
    it was aligned to another set, and of that set the samples are left out that it was adapted on.
    """
    derived = study.derived[layer]
    fitted = made_again(derived.kind, derived.settings, study.learned(layer))
    before, to = (fitted.before, fitted.dataset) if isinstance(fitted, Realigned) else (fitted, "")
    head = study.heads.get(derived.behind)
    categories, recording = len(study.categories), study[study.reference]
    rows = held_out(recording, derived.behind)
    moments = set_moments(rows, categories)
    active, _ = active_codes(rows, before)
    ways = _ways(before, max(1, round(active)), moments)
    foreign = [foreign_errors(rows, way, head) for way in ways]
    reference = _side(rows, moments, before, ways, head, foreign)
    ways = [by_dictionary(fitted), *ways[1:]]
    for name in datasets:
        adapted = study.manifest.recorded_as(name) == to
        ours = reported(study[name], derived.behind, recording, adapted=adapted)
        if name == study.reference:
            yield name, _compared(reference, reference, categories)
        else:
            side = _side(ours, set_moments(ours, categories), fitted, ways, head, foreign)
            yield name, _compared(side, reference, categories)


def _ways(fitted: Derivation, active: int, moments: SetMoments) -> list[Reconstruct]:
    """The dictionary and what it is compared with, at the same active count."""
    size = len(fitted.components_)
    mean = moments.mean.astype(np.float32)
    return [
        by_dictionary(fitted),
        by_plain_units(active),
        by_random_atoms(size, active, mean, SEED),
    ]


def _side(
    rows: ReportedSet,
    moments: SetMoments,
    fitted: Derivation,
    ways: Sequence[Reconstruct],
    head: LinearMap | None,
    foreign: Sequence[npt.NDArray[np.float32] | None],
) -> _Side:
    active, ever = active_codes(rows, fitted)
    each = [told(rows, moments, way, head, errors) for way, errors in zip(ways, foreign, strict=True)]
    return _Side(rows, moments, np.argsort(rows.ids, kind="stable"), each, ever, active)


def _compared(ours: _Side, reference: _Side, categories: int) -> SetFit:
    paired = drawn_together(ours.reported, reference.reported)
    mine, theirs = ours.told[0], reference.told[0]
    return SetFit(
        numbers=[
            numbers_of(one, other, ours.order, reference.order, paired=paired)
            for one, other in zip(ours.told, reference.told, strict=True)
        ],
        reference=[
            numbers_of(other, other, reference.order, reference.order, paired=True)
            for other in reference.told
        ],
        active=reference.active,
        tilts=_tilts(ours.moments, reference.moments),
        dead=np.array(
            [
                np.sum(~reference.ever & ours.ever),
                np.sum(reference.ever & ~ours.ever),
                np.sum(~reference.ever & ~ours.ever),
            ],
            np.float64,
        ),
        novelty=auroc(residual_shares(mine), residual_shares(theirs)),
        novelty_absolute=auroc(mine.errors, theirs.errors),
        null=null_band(theirs),
        per_category=np.stack(
            [
                per_category_fvu(theirs, reference.reported.labels, categories),
                per_category_fvu(mine, ours.reported.labels, categories),
            ]
        ),
        residuals=residual_shares(mine),
        positions=ours.reported.positions.astype(np.int64),
    )


def _tilts(ours: SetMoments, reference: SetMoments) -> FloatArray:
    found = np.full((len(SHARES), 3), np.nan)
    if ours.covariance is None or reference.covariance is None or reference.halves is None:
        return found
    for row, share in zip(found, SHARES, strict=True):
        directions = directions_for(reference.covariance, share)
        one, other = reference.halves
        row[:] = (
            directions,
            tilt(reference.covariance, ours.covariance, directions),
            tilt(one, other, directions),
        )
    return found
