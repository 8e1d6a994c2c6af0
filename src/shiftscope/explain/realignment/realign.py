"""Fit every way of aligning a dictionary to a shifted set, propose one, and say what each does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from shiftscope.derived.derivation import Derivation, Rows, made_again
from shiftscope.derived.realigned import Realigned, aligned_name
from shiftscope.errors import BadRequest
from shiftscope.explain.fit_under_shift.resampled import resampled_means
from shiftscope.explain.fit_under_shift.sets import ReportedSet, adapting, held_out, reported
from shiftscope.explain.fit_under_shift.summary import LEVEL, RESAMPLES
from shiftscope.explain.realignment.readings import Reading, leading_feature, readings
from shiftscope.explain.realignment.realignment import NAN, NONE, Realignment, Row, fall
from shiftscope.explain.realignment.rows import THEMSELVES, halves_of, reference_sums, second_half, twins_of
from shiftscope.explain.realignment.sums import AdaptingSums, Sums
from shiftscope.explain.realignment.variant import (
    MOST_UNITS,
    Alignment,
    CannotAlign,
    Given,
    variants,
)
from shiftscope.model.linear_map import LinearMap
from shiftscope.statistics.bootstrap import interval
from shiftscope.store.stored_study import StoredStudy

SEED = 0
STEPS = 4  # that `advance` counts
Made = Mapping[str, Realigned | str]  # by variant, or why there is none


@dataclass(frozen=True, eq=False)
class _Dictionary:
    """That is aligned, and what its maps start from."""

    layer: str
    fitted: Derivation
    reference: Sums
    head: LinearMap
    settings: Mapping[str, object]  # of `Realigned`, but the variant

    def given(self, adapting: AdaptingSums) -> Given:
        atoms, bias = (each.astype(np.float64) for each in (self.fitted.components_, self.fitted.mean_))
        return Given(atoms, bias, self.reference, adapting)

    def aligned(self, sums: AdaptingSums | None) -> dict[str, Realigned | str]:
        return {name: self._one(name, sums) for name in variants}

    def _one(self, name: str, sums: AdaptingSums | None) -> Realigned | str:
        if sums is None:
            return "there are no rows"
        try:
            return realigned(self.fitted, variants[name].align(self.given(sums)), self.settings, name)
        except CannotAlign as why:
            return str(why)


def realigned(
    parent: Derivation, alignment: Alignment, settings: Mapping[str, object], variant: str
) -> Realigned:
    """The dictionary with the map."""
    found = Realigned(**settings, variant=variant)  # type: ignore[arg-type]
    found.take(parent)
    found.note = alignment.note
    found.components_, found.mean_ = (each.astype(np.float32) for each in (alignment.atoms, alignment.bias))
    if alignment.read is not None and alignment.origin is not None and alignment.target is not None:
        found.read_, found.origin_, found.target_ = alignment.read, alignment.origin, alignment.target
    return found


def realign(
    study: StoredStudy,
    layer: str,
    dataset: str,
    variant: str | None,
    *,
    advance: Callable[[int], None] = lambda step: None,
) -> tuple[Realignment, Realigned]:
    """What aligning does, and the dictionary with the map that was asked for or is proposed.

    Raises
    ------
    BadRequest
        What cannot be aligned, as `flow.realign` says.
    """
    derived = study.derived[layer]
    behind, reference = derived.behind, study[study.reference]
    head = study.heads.get(behind)
    if head is None:
        raise BadRequest(
            f"no stored head tells which decisions {layer!r} keeps, and an alignment is taken only where they are."
        )
    units = study.layer(behind).units
    if units > MOST_UNITS:
        raise BadRequest(f"{behind!r} has {units:,} units; alignments are made of at most {MOST_UNITS:,}.")
    fitted = made_again(derived.kind, derived.settings, study.learned(layer))
    settings = {
        "kind": derived.kind,
        "settings": dict(derived.settings),
        "parent": layer,
        "parent_digest": derived.digest,
        "dataset": study[dataset].place.recorded_as,
    }
    ours = adapting(study[dataset], behind)
    few = _too_few(len(ours), units, derived.units)
    _refuse_few(few, variant)
    dictionary = _Dictionary(layer, fitted, reference_sums(reference, behind), head, settings)
    advance(1)
    first, second = halves_of(ours, fitted, twins_of(study, ours))
    whole = first + second if first and second else first or second
    for name, sums in ((study.reference, dictionary.reference), (dataset, whole and whole.responses)):
        if not sums or not sums.varies.any():
            raise BadRequest(f"{behind} does not vary on {name}.")
    assert whole is not None
    made = {**dictionary.aligned(whole), **few}
    advance(1)
    proposed = variant or _proposed(ours, dictionary, first, few)
    chosen = made.get(proposed)
    if not isinstance(chosen, Realigned):
        raise BadRequest(f"{proposed} has no map of {layer} on {dataset}: {chosen}.")
    advance(1)
    theirs = reported(study[dataset], behind, reference, adapted=True)
    rows = _rows(
        theirs, dictionary, made, _placebo(held_out(reference, behind), dictionary), twins_of(study, theirs)
    )
    advance(1)
    asked, name = variant is not None, aligned_name(study, layer, dataset)
    return (
        Realignment(
            layer=layer,
            dataset=dataset,
            reference=study.reference,
            proposed=proposed,
            asked=asked,
            adapted_on=len(ours),
            reported_on=len(theirs),
            rows=rows,
            name=name,
        ),
        chosen,
    )


def _too_few(rows: int, units: int, features: int) -> dict[str, str]:
    """Variants that need more rows, with the sentence."""
    return {
        name: f"{rows} rows are too few to align {units} directions; at least {needed}"
        for name, each in variants.items()
        if rows < (needed := each.rows_needed(units, features))
    }


def _refuse_few(few: Mapping[str, str], variant: str | None) -> None:
    if variant is not None and variant in few:
        raise BadRequest(f"{few[variant]}.")
    if len(few) == len(variants):
        raise BadRequest(f"{next(iter(few.values()))}.")


def _proposed(
    ours: ReportedSet, dictionary: _Dictionary, first: AdaptingSums | None, few: Mapping[str, str]
) -> str:
    """The variant that, made of one half of the adapting rows, keeps most decisions of the other; of equal ones that
    which leaves less of the variance."""
    ways = {
        name: each
        for name, each in dictionary.aligned(first).items()
        if isinstance(each, Realigned) and name not in few
    }
    found = readings(ours, ways, dictionary.head, second_half(ours))
    if not found:
        raise BadRequest(f"no variant of realignment has a map of {dictionary.layer} on the set.")
    return min(found, key=lambda name: (-found[name].share_kept, found[name].fvu))


@dataclass(frozen=True)
class _Placebo:
    """Of one variant, adapted to one half of the held-out reference and read on the other, both ways."""

    before: float
    after: float
    kept: float
    fall: float


def _placebo(rows: ReportedSet, dictionary: _Dictionary) -> dict[str, _Placebo]:
    """By variant; of twins each sample is its own."""
    second = second_half(rows)
    halves = halves_of(rows, dictionary.fitted, THEMSELVES)
    found: dict[str, list[tuple[float, Reading]]] = {}
    for adapted, inside in zip(halves, (second, ~second), strict=True):
        made = dictionary.aligned(adapted)
        ways = {
            NONE: dictionary.fitted,
            **{name: each for name, each in made.items() if isinstance(each, Realigned)},
        }
        read = readings(rows, ways, dictionary.head, inside)
        for name, each in read.items():
            found.setdefault(name, []).append((read[NONE].fvu, each))
    return {
        name: _Placebo(
            float(np.mean([before for before, _ in both])),
            float(np.mean([each.fvu for _, each in both])),
            float(np.mean([each.share_kept for _, each in both])),
            max(fall(before, each.fvu) for before, each in both),
        )
        for name, both in found.items()
    }


def _rows(
    rows: ReportedSet,
    dictionary: _Dictionary,
    made: Made,
    placebo: Mapping[str, _Placebo],
    twins: Mapping[int, Rows] | None,
) -> list[Row]:
    ways = {
        NONE: dictionary.fitted,
        **{name: each for name, each in made.items() if isinstance(each, Realigned)},
    }
    read = readings(rows, ways, dictionary.head, np.ones(len(rows), bool))
    before = read[NONE]
    order = np.argsort(rows.ids, kind="stable")
    found = []
    for name in (NONE, *made):
        each = made.get(name)
        if isinstance(each, str):
            found.append(Row(name, refused=each))
            continue
        gained = read[name].kept - before.kept
        low, high = interval(resampled_means(gained[:, None], order, RESAMPLES, SEED), LEVEL)
        null = placebo.get(name)
        found.append(
            Row(
                name,
                fvu=read[name].fvu,
                kept=read[name].share_kept,
                difference=float(gained.mean()) if len(gained) else NAN,
                difference_low=float(low[0]),
                difference_high=float(high[0]),
                placebo_before=null.before if null else NAN,
                placebo=null.after if null else NAN,
                placebo_kept=null.kept if null else NAN,
                placebo_fall=null.fall if null else NAN,
                note=each.note if each else "",
                cosine=_cosine(dictionary.fitted, each) if each else 1.0,
                agreement=_agreement(rows, read[name], dictionary.fitted, twins),
            )
        )
    return found


def _agreement(
    rows: ReportedSet, read: Reading, fitted: Derivation, twins: Mapping[int, Rows] | None
) -> float:
    """Share of the samples with a twin that have the same leading feature as it has in the reference, where the
    dictionary is as it was; NaN where there are none."""
    there = np.array([int(position) in (twins or {}) for position in rows.positions], bool)
    if twins is None or not there.any():
        return NAN
    before = fitted.transform(np.stack([twins[int(position)] for position in rows.positions[there]]))
    return float((read.leading[there] == leading_feature(before)).mean())


def _cosine(before: Derivation, after: Derivation) -> float:
    """Mean cosine of each atom with itself; of those that are not zero."""
    one, other = (each.components_.astype(np.float64) for each in (before, after))
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    there = lengths > 0
    return float(((one * other).sum(1)[there] / lengths[there]).mean()) if there.any() else NAN
