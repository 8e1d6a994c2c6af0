"""How dictionaries read shifted sets, kept in the study: one result for each set."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

import numpy as np

from shiftscope.errors import StoreError, StudyDamaged
from shiftscope.explain.fit_under_shift.numbers import FIELDS, as_array, from_array
from shiftscope.explain.fit_under_shift.set_fit import ROWS, SEED, SHARES, SetFit, set_fits
from shiftscope.explain.fit_under_shift.summary import LEVEL, RESAMPLES
from shiftscope.store.results import Arrays, Result, ResultKey, read_result, write_result
from shiftscope.store.stored_study import StoredStudy

KIND = PART = "fits"
VERSIONS = {PART: 1}
ALONE = ("active", "novelty", "novelty_absolute")  # numbers that stand alone
NUMBERS = ("numbers", "reference")  # (way of telling, number)
ARRAYS = ("tilts", "dead", "null", "per_category", "residuals", "positions")


def stored_fits(
    study: StoredStudy, layer: str, *, advance: Callable[[int], None] = lambda sets: None
) -> dict[str, SetFit]:
    """Of every shifted set, from the study or computed and kept in it.

    Where nothing can be written, and of a study opened to be read only, nothing is kept.
    """
    found = {name: kept for name in shifted(study) if (kept := read_fit(study, layer, name))}
    advance(len(found))
    missing = [name for name in shifted(study) if name not in found]
    for name, fit in set_fits(study, layer, missing) if missing else ():
        found[name] = fit
        if not study.read_only:
            with contextlib.suppress(OSError, StoreError):
                write_result(study.path, Result(_key(study, layer, name), {PART: _arrays(fit)}))
        advance(1)
    return {name: found[name] for name in shifted(study)}


def shifted(study: StoredStudy) -> Sequence[str]:
    return [name for name in study if name != study.reference]


def read_fit(study: StoredStudy, layer: str, dataset: str) -> SetFit | None:
    """What is kept of a set; None where nothing is, or it is damaged."""
    try:
        kept = read_result(study.path, _key(study, layer, dataset))
    except StudyDamaged:
        return None
    return _fit(kept.parts[PART], len(study.categories)) if kept else None


def _key(study: StoredStudy, layer: str, dataset: str) -> ResultKey:
    head = study.heads.get(study.derived[layer].behind)
    return ResultKey.of(
        study,
        KIND,
        layer,
        [dataset, study.reference],
        versions=VERSIONS,
        ground={"dictionary": study.derived[layer].digest, "head": head.digest if head else ""},
        settings={"resamples": RESAMPLES, "interval": LEVEL},
        seed=SEED,
        split="held-out half of the reference, and what of the set does not stand under an id of its other half",
    )


def _arrays(fit: SetFit) -> Arrays:
    alone = {name: np.array([getattr(fit, name)], np.float64) for name in ALONE}
    whole = {name: getattr(fit, name) for name in ARRAYS}
    numbers = {name: np.stack([as_array(each) for each in getattr(fit, name)]) for name in NUMBERS}
    return {**alone, **whole, **numbers}


def _fit(arrays: Arrays, categories: int) -> SetFit | None:
    if set(arrays) != {*ALONE, *ARRAYS, *NUMBERS}:
        return None
    shapes: dict[str, tuple[int, ...]] = {
        "tilts": (len(SHARES), 3),
        "dead": (3,),
        "null": (3, 2),
        "per_category": (2, categories),
        "residuals": arrays["residuals"].shape[:1],
        "positions": arrays["residuals"].shape,
        **dict.fromkeys(NUMBERS, (len(ROWS), len(FIELDS))),
        **dict.fromkeys(ALONE, (1,)),
    }
    if any(arrays[name].shape != shape for name, shape in shapes.items()):
        return None
    active, novelty, novelty_absolute = (float(arrays[name][0]) for name in ALONE)
    return SetFit(
        numbers=[from_array(row) for row in arrays["numbers"]],
        reference=[from_array(row) for row in arrays["reference"]],
        active=active,
        tilts=arrays["tilts"],
        dead=arrays["dead"],
        novelty=novelty,
        novelty_absolute=novelty_absolute,
        null=arrays["null"],
        per_category=arrays["per_category"],
        residuals=arrays["residuals"],
        positions=arrays["positions"],
    )
