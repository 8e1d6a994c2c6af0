"""Maps kept in the study: one result for each unit, dataset, method and choice of samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from shiftscope.errors import StudyDamaged
from shiftscope.explain.attribution.attributions import (
    RANDOM,
    AttributionQuestion,
    Attributions,
    Faithfulness,
)
from shiftscope.explain.attribution.low_pass.fitted_low_pass import FittedLowPass
from shiftscope.explain.attribution.sanity.sanity import THIS_MAP, Sanity, Similarity
from shiftscope.explain.attribution.wavelets.kept import as_arrays, from_arrays
from shiftscope.store.keep_result import keep_result
from shiftscope.store.layout import LOGITS
from shiftscope.store.results import Arrays, Result, ResultKey, read_result
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.unit_results import dataset_and_samples, kept_keys, unit_key

KIND, MAPS = "attributions", "maps"
FAITHFULNESS, COEFFICIENTS, SANITY, FITTED = "faithfulness", "coefficients", "sanity", "low_pass"
VERSIONS = {MAPS: 1, FAITHFULNESS: 1, COEFFICIENTS: 1, SANITY: 2, FITTED: 1}
AXES = "rows", "metrics", "fills"  # of the faithfulness, with those of samples
SANITY_AXES = "sanity_modules", "sanity_rows", "sanity_verdicts"
# Of rows, by their names in results that were kept before they had these.
CALLED_BEFORE = {"this map, all weights drawn again": THIS_MAP}
TOLD = ("orientations", *AXES, *SANITY_AXES)  # settings that say what was found
GAINS = "grid", "curve", "raw", "held_out"
OPTIONAL = ("gap", "scale_share", "orientation_share")


def write_attributions(study: StoredStudy, found: Attributions) -> None:
    """As `keep_result`."""
    arrays: dict[str, Any] = {
        "positions": found.positions.astype(np.int64),
        "maps": found.maps.astype(np.float32),
        "values": found.values.astype(np.float64),
    }
    for name in OPTIONAL:
        if (array := getattr(found, name)) is not None:
            arrays[name] = np.asarray(array)
    parts: dict[str, Arrays] = {MAPS: arrays}
    if (beside := found.faithfulness) is not None:
        parts[FAITHFULNESS] = {"scores": np.asarray(beside.scores, np.float64)}
    if found.coefficients is not None:
        parts[COEFFICIENTS] = as_arrays(found.coefficients)
    if (sane := found.sanity) is not None:
        numbers = np.array([each[:4] for each in sane.rows.values()], np.float64)
        parts[SANITY] = {"numbers": numbers, "curve": np.asarray(sane.curve, np.float64)}
    if (fitted := found.fitted) is not None:
        gains = {name: np.asarray(getattr(fitted, name), np.float64) for name in GAINS}
        if fitted.shifted is not None:
            gains["shifted"] = np.asarray(fitted.shifted, np.float64)
        parts[FITTED] = {"cutoff": np.array([fitted.cutoff]), **gains}
    key = attributions_key(study, found.question, found.positions.tolist())
    told = {"orientations": list(found.orientations), **_described(found)}
    key = replace(key, settings={**key.settings, **told}, versions={part: VERSIONS[part] for part in parts})
    keep_result(study, Result(key, parts))


def _described(found: Attributions) -> dict[str, Any]:
    """What the axes of the faithfulness and of the sanity are."""
    beside, sane = found.faithfulness, found.sanity
    told = {} if beside is None else {name: list(getattr(beside, name)) for name in AXES}
    if sane is not None:
        verdicts = [each.verdict for each in sane.rows.values()]
        told |= dict(zip(SANITY_AXES, (list(sane.modules), list(sane.rows), verdicts), strict=True))
    return told


def read_attributions(
    study: StoredStudy, question: AttributionQuestion, positions: Sequence[int]
) -> Attributions | None:
    """What is kept; None where nothing is, or it is stale or damaged."""
    try:
        kept = read_result(study.path, attributions_key(study, question, positions), any_of=TOLD)
    except StudyDamaged:
        return None  # it is computed again
    return _found(study, question, kept) if kept else None


def listed_attributions(study: StoredStudy, layer: str, unit: int | None = None) -> Iterator[Attributions]:
    """Every one that is kept of a layer's units, or of one of them, as far as it is not stale."""
    name = layer if layer == LOGITS else study.layer(layer).name
    for key in kept_keys(study, KIND):
        if key.layer != name or (unit is not None and key.settings.get("unit") != unit):
            continue
        question, positions = _asked(study, key)
        if question and (found := read_attributions(study, question, positions)):
            yield found


def attributions_at(study: StoredStudy, dataset: str, position: int) -> Iterator[Attributions]:
    """Every one that is kept of a sample, of whichever unit, as far as it is not stale."""
    for key in kept_keys(study, KIND):
        question, positions = _asked(study, key)
        known = question and (question.layer == LOGITS or question.layer in study.layers)
        if question is None or not known or question.dataset != dataset or position not in positions:
            continue
        if found := read_attributions(study, question, positions):
            yield found


def attributions_key(
    study: StoredStudy, question: AttributionQuestion, positions: Sequence[int]
) -> ResultKey:
    """All that decides the maps."""
    settings = {
        "unit": question.unit,
        "method": question.method,
        "options": dict(question.options),
        "low_pass": "fitted" if question.fitted else question.low_pass,
        "baselines": question.baselines,
        "pool": question.pool,
        "samples": list(positions),
    }
    named = f"unit {question.unit}, {question.method}"
    return unit_key(
        study,
        KIND,
        question.layer,
        [question.dataset],
        settings,
        named=named,
        seed=question.seed,
        versions=VERSIONS,
    )


def _asked(study: StoredStudy, key: ResultKey) -> tuple[AttributionQuestion | None, list[int]]:
    """What a kept result answers; None where its dataset is gone, or it says nothing that can be asked."""
    told: Mapping[str, Any] = key.settings
    about, method = dataset_and_samples(study, key), told.get("method")
    if about is None or not isinstance(method, str):
        return None, []
    name, samples = about
    options, fitted = told.get("options"), told.get("low_pass") == "fitted"
    question = AttributionQuestion(
        name,
        key.layer,
        told["unit"],
        method,
        options if isinstance(options, dict) else {},
        None if fitted else told.get("low_pass"),
        fitted,
        told.get("baselines"),
        told.get("pool"),
        key.seed if isinstance(key.seed, int) else 0,
    )
    return question, samples


def _found(study: StoredStudy, question: AttributionQuestion, kept: Result) -> Attributions | None:
    """None where the arrays are not those of maps."""
    arrays: Arrays = kept.parts.get(MAPS, {})
    if not all(name in arrays for name in ("positions", "maps", "values")):
        return None
    positions, maps, values = (arrays[name] for name in ("positions", "maps", "values"))
    samples = study[question.dataset].samples
    count = len(positions)
    if positions.dtype.kind != "i" or maps.ndim < 2 or maps.shape[0] != count or values.shape != (count,):
        return None
    if count and not (positions.min() >= 0 and positions.max() < len(samples)):
        return None
    if any(len(arrays[name]) != count for name in OPTIONAL if name in arrays):
        return None
    every_id = samples.column("id").to_pylist()
    names = kept.key.settings.get("orientations")
    fitted = _fitted(kept) if question.fitted else None
    return Attributions(
        question if fitted is None else replace(question, low_pass=fitted.cutoff),
        positions,
        [every_id[position] for position in positions],
        maps,
        values,
        **{name: arrays.get(name) for name in OPTIONAL},
        orientations=tuple(names) if isinstance(names, list) else (),
        faithfulness=_faithfulness(kept, count, question.seed),
        coefficients=from_arrays(
            kept.parts.get(COEFFICIENTS, {}),
            tuple(names) if isinstance(names, list) else (),
            maps.shape[1:],
            question.options,
        ),
        sanity=_sanity(kept),
        fitted=fitted,
    )


def _sanity(kept: Result) -> Sanity | None:
    """None where none is kept, or its axes are not told."""
    arrays = kept.parts.get(SANITY, {})
    numbers, curve = arrays.get("numbers"), arrays.get("curve")
    axes = [kept.key.settings.get(name) for name in SANITY_AXES]
    if numbers is None or curve is None or not all(isinstance(axis, list) for axis in axes):
        return None
    modules, rows, verdicts = (tuple(map(str, axis)) for axis in axes if isinstance(axis, list))
    if numbers.shape != (len(rows), 4) or len(verdicts) != len(rows) or curve.shape != (len(modules),):
        return None
    found = {
        CALLED_BEFORE.get(name, name): Similarity(mean, low, high, int(samples), verdict)
        for name, (mean, low, high, samples), verdict in zip(rows, numbers.tolist(), verdicts, strict=True)
    }
    return Sanity(modules, curve, found) if THIS_MAP in found else None


def _fitted(kept: Result) -> FittedLowPass | None:
    """None where none is kept."""
    arrays = kept.parts.get(FITTED, {})
    if not all(name in arrays for name in ("cutoff", *GAINS)):
        return None
    grid, curve, raw, held_out = (arrays[name] for name in GAINS)
    cutoff = arrays["cutoff"]
    if cutoff.shape != (1,) or curve.shape != (*grid.shape, *raw.shape) or not (grid == cutoff).any():
        return None
    return FittedLowPass(float(cutoff[0]), grid, curve, raw, held_out, arrays.get("shifted"))


def _faithfulness(kept: Result, samples: int, seed: int) -> Faithfulness | None:
    """None where none is kept, or its axes are not told."""
    scores = kept.parts.get(FAITHFULNESS, {}).get("scores")
    axes = [kept.key.settings.get(name) for name in AXES]
    if scores is None or not all(isinstance(axis, list) for axis in axes):
        return None
    rows, metrics, fills = (tuple(map(str, axis)) for axis in axes if isinstance(axis, list))
    if scores.shape != (len(rows), len(metrics), len(fills), samples) or RANDOM not in rows:
        return None
    return Faithfulness(rows, metrics, fills, scores, seed)
