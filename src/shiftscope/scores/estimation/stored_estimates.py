"""Estimates of a study's units, computed once and kept in it."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shiftscope.derived.realigned import comparison_refused
from shiftscope.errors import StoreError, StudyDamaged
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.estimation.estimate_maps import estimate_maps
from shiftscope.scores.estimation.estimate_units import LEVEL, NORMAL_FROM, RESAMPLES, SEED, estimate_units
from shiftscope.scores.estimation.profiles import RANK_TOLERANCE
from shiftscope.scores.estimation.resampled_dataset import SPLITS
from shiftscope.scores.estimation.shared_cache import SharedCache
from shiftscope.scores.estimation.stored_map_numbers import map_numbers_digest
from shiftscope.scores.score import unit_scores
from shiftscope.store.results import Arrays, Result, ResultKey, is_kept, read_result, write_result
from shiftscope.store.twins import twins_between, twins_digest

if TYPE_CHECKING:
    from shiftscope.store.stored_study import StoredStudy

KIND = "scores"
ESTIMATION = 3  # raised when the way to estimates changes, which all scores share
MAPS = "maps"  # the setting that says which numbers of maps the scores of maps rest on
NUMBERS = ("value", "low", "high", "p", "q", "floor", "flat_p", "gain", "changed")

Kept = tuple[Path, str]  # of which place, and what decides it

_kept: SharedCache[Kept, dict[str, Estimate]] = SharedCache(64)  # about a megabyte each at 2,048 units


def stored_estimates(study: StoredStudy, dataset: str, reference: str, layer: str) -> dict[str, Estimate]:
    """Every score of the layer's units, by name, as `stored_estimates_of` has them for several datasets."""
    return stored_estimates_of(study, [dataset], reference, layer)[dataset]


def stored_estimates_of(
    study: StoredStudy,
    datasets: Iterable[str],
    reference: str,
    layer: str,
    *,
    advance: Callable[[int], None] = lambda units: None,
) -> dict[str, dict[str, Estimate]]:
    """By dataset every score of the layer's units, by name, from the study or computed and kept in it.

    What was kept of another recording or with other settings is computed again, all datasets together; of scores
    whose formula has another version since, only these, as those of maps where the numbers of maps are others. Where
    nothing can be written, and of a study opened to be read only, nothing is kept. Several threads may ask at once.
    Of a layer that was aligned to a set so that it cannot be compared, scores that compare are NaN.

    Parameters
    ----------
    datasets, reference
        Names; the reference itself gets only the scores of one dataset.
    layer
        Its name in the study.
    advance
        Told how many units were finished since the last call, where they are computed, those of each dataset counted.

    Raises
    ------
    NotInStudy
        No such dataset or layer.
    StudyDamaged
        A dataset is damaged, or the place of the scores leads out of the study.
    """
    keys = {dataset: _key(study, dataset, reference, layer) for dataset in datasets}
    kept = {dataset: (key.place(study.path), _text(key)) for dataset, key in keys.items()}
    asked_for = {kept[dataset]: dataset for dataset in keys}
    untold = _untold(study, layer)

    def compute(asked: list[Kept]) -> list[dict[str, Estimate]]:
        names = [asked_for[each] for each in asked]
        found = {name: _read(study, keys[name]) | untold for name in names}
        lacking = [name for name in names if len(found[name]) < len(unit_scores)]
        of_maps = {score for score, each in unit_scores.items() if each.of_maps}
        scores = {score for name in lacking for score in unit_scores if score not in found[name]} - of_maps
        computed: Sequence[dict[str, Estimate]] = [{} for _ in lacking]
        if scores:
            computed = estimate_units(
                [study[name] for name in lacking],
                study[reference],
                study.layer(layer).name,
                head=study.heads.get(layer),
                twins=[twins_between(study, name, reference) for name in lacking],
                scores=scores,
                advance=advance,
            )
        else:
            advance(len(lacking) * study.layer(layer).units)
        for name, estimates in zip(lacking, computed, strict=True):
            own = of_maps - set(found[name])
            found[name] |= estimates | estimate_maps(study, name, reference, layer, own)
            if not study.read_only:
                with contextlib.suppress(OSError, StoreError):
                    write_result(study.path, Result(keys[name], _parts(found[name])))
        return [{score: found[name][score] for score in unit_scores} for name in names]

    estimates = _kept.get(kept.values(), compute)
    return {dataset: estimates[each] for dataset, each in kept.items()}


def _untold(study: StoredStudy, layer: str) -> dict[str, Estimate]:
    """The scores that compare, of a layer that cannot be compared; none of any other."""
    if not comparison_refused(study, layer):
        return {}
    nothing = np.full(study.layer(layer).units, np.nan)
    return {
        name: Estimate(nothing, nothing, nothing) for name, score in unit_scores.items() if score.compares
    }


def has_estimates(study: StoredStudy, dataset: str, reference: str, layer: str) -> bool:
    """Whether they are kept, so that `stored_estimates` has nothing to compute."""
    return is_kept(study.path, _key(study, dataset, reference, layer))


def keep_estimates(
    study: StoredStudy, dataset: str, reference: str, layer: str, estimates: Mapping[str, Estimate]
) -> None:
    """Raises `OSError` or `StoreError` where they cannot be written."""
    write_result(study.path, Result(_key(study, dataset, reference, layer), _parts(estimates)))


def lacking_estimates(study: StoredStudy, reference: str) -> dict[str, list[str]]:
    """By layer the datasets whose scores, compared with a reference, are not kept."""
    lacking = {
        layer: [name for name in study if not has_estimates(study, name, reference, layer)]
        for layer in study.layers
    }
    return {layer: names for layer, names in lacking.items() if names}


def estimates_place(study: StoredStudy, dataset: str, reference: str, layer: str) -> Path:
    """The folder of the result."""
    return _key(study, dataset, reference, layer).place(study.path)


def _key(study: StoredStudy, dataset: str, reference: str, layer: str) -> ResultKey:
    head = study.head_file(layer)
    twins = twins_digest(study, dataset, reference)
    maps = map_numbers_digest(study, layer, dataset, reference)
    return ResultKey.of(
        study,
        KIND,
        layer,
        list(dict.fromkeys((study[dataset].name, study[reference].name))),
        versions={name: score.version for name, score in unit_scores.items()},
        ground={
            **({"head": _digest(head, head.stat().st_mtime_ns)} if head.exists() else {}),
            **({"twins": twins} if twins else {}),
        },
        settings={
            "estimation": ESTIMATION,
            "resamples": RESAMPLES,
            "level": LEVEL,
            "normal_from": NORMAL_FROM,
            "rank_tolerance": RANK_TOLERANCE,
            "splits": SPLITS,
            **({MAPS: maps} if maps else {}),
        },
        seed=SEED,
    )


def _text(key: ResultKey) -> str:
    return json.dumps(key.as_json(), sort_keys=True)


@lru_cache(maxsize=16)
def _digest(path: Path, changed: int) -> str:
    """Of a file's bytes, read again when it `changed`."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _parts(estimates: Mapping[str, Estimate]) -> dict[str, Arrays]:
    return {
        score: {name: array for name in NUMBERS if (array := getattr(estimate, name)) is not None}
        for score, estimate in estimates.items()
    }


def _read(study: StoredStudy, key: ResultKey) -> dict[str, Estimate]:
    """What is kept and fresh; what is damaged is computed again."""
    units = study.layer(key.layer).units
    try:
        result = read_result(study.path, key, any_of=(MAPS,))
    except StudyDamaged:
        return {}
    if result is None:
        return {}
    try:
        found = {score: Estimate(**arrays) for score, arrays in result.parts.items()}
    except TypeError:
        return {}
    if result.key.settings.get(MAPS) != key.settings.get(MAPS):  # no other score rests on them
        found = {score: estimate for score, estimate in found.items() if not unit_scores[score].of_maps}
    return found if all(estimate.value.shape == (units,) for estimate in found.values()) else {}
