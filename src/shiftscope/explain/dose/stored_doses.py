"""Doses kept in the study."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable

import numpy as np

from shiftscope.errors import StoreError, StudyDamaged
from shiftscope.explain.dose.dose import INTERVAL, RESAMPLES, SEED, Dose, dose_of
from shiftscope.explain.dose.ladder import Ladder
from shiftscope.store.results import Result, ResultKey, is_kept, read_result, write_result
from shiftscope.store.stored_study import StoredStudy
from shiftscope.tuning.half_strength import LEVEL
from shiftscope.tuning.where_it_breaks import Break, where_it_breaks

KIND = PART = "doses"
VERSIONS = {PART: 2}
NAMES = tuple(field.name for field in dataclasses.fields(Dose))


def stored_dose(
    study: StoredStudy,
    ladder: Ladder,
    layer: str,
    *,
    level: float = LEVEL,
    advance: Callable[[int], None] = lambda units: None,
) -> Dose:
    """The dose of a layer along a ladder, from the study or computed and kept in it.

    Where nothing can be written, and of a study opened to be read only, nothing is kept.
    """
    key = _key(study, ladder, layer, level)
    found = _read(study, key, ladder)
    if found is not None:
        advance(len(found.half))
    else:
        found = dose_of(study, ladder, layer, level=level, advance=advance)
        if not study.read_only:
            with contextlib.suppress(OSError, StoreError):
                arrays = {name: getattr(found, name) for name in NAMES}
                write_result(study.path, Result(key, {PART: arrays}))
    return found


def has_dose(study: StoredStudy, ladder: Ladder, layer: str, *, level: float = LEVEL) -> bool:
    """Whether it is kept, so that `stored_dose` has nothing to compute."""
    return is_kept(study.path, _key(study, ladder, layer, level))


def break_along(study: StoredStudy, ladder: Ladder, *, level: float = LEVEL) -> Break:
    """The recorded layer by which half of the last one's loss has arisen."""
    layers = list(study.recorded_layers)
    doses = [stored_dose(study, ladder, layer, level=level) for layer in layers]
    resampled = np.stack([each.losses for each in doses])
    return where_it_breaks(layers, np.array([each.loss for each in doses]), resampled)


def _key(study: StoredStudy, ladder: Ladder, layer: str, level: float) -> ResultKey:
    return ResultKey.of(
        study,
        KIND,
        layer,
        list(ladder.rungs)[::-1],
        versions=VERSIONS,
        settings={
            "strengths": ladder.strengths.tolist(),
            "level": level,
            "resamples": RESAMPLES,
            "interval": INTERVAL,
        },
        variant="" if level == LEVEL else f"level {level:g}",
        seed=SEED,
    )


def _read(study: StoredStudy, key: ResultKey, ladder: Ladder) -> Dose | None:
    """What is kept and fresh; what is damaged is computed again."""
    try:
        result = read_result(study.path, key)
    except StudyDamaged:
        return None
    if result is None or set(result.parts[PART]) != set(NAMES):
        return None
    found, units = Dose(**result.parts[PART]), study.layer(key.layer).units
    fits = found.mean.shape == (len(ladder.rungs), units) and all(
        getattr(found, name).shape[-1:] == (units,) for name in NAMES if name not in ("strengths", "losses")
    )
    return found if fits else None
