"""Maps kept in the study: one result for each unit, dataset, method and choice of samples."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from shiftscope.errors import BadRequest, StudyDamaged
from shiftscope.explain.attribution.attributions import (
    LOGITS,
    RANDOM,
    AttributionQuestion,
    Attributions,
    Faithfulness,
)
from shiftscope.store.disk.write_errors import write_errors
from shiftscope.store.layout import EXPLANATIONS
from shiftscope.store.places import StudyPlace
from shiftscope.store.results import Arrays, Result, ResultKey, kept_results, read_result, write_result
from shiftscope.store.stored_study import StoredStudy

KIND, MAPS = "attributions", "maps"
FAITHFULNESS = "faithfulness"
VERSIONS = {MAPS: 1, FAITHFULNESS: 1}
AXES = "rows", "metrics", "fills"  # of the faithfulness, with those of samples
OPTIONAL = ("gap", "scale_share", "orientation_share")


def write_attributions(study: StoredStudy, found: Attributions) -> None:
    """A study that is only read, or whose folder cannot be written, stays as it is.

    Raises
    ------
    StudyNotWritable
        The disk is full.
    """
    if study.read_only or not (study.place.on_store or study.writable()):
        return
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
    key = attributions_key(study, found.question, found.positions.tolist())
    told = {"orientations": list(found.orientations), **_described(found)}
    key = replace(key, settings={**key.settings, **told}, versions={part: VERSIONS[part] for part in parts})
    with write_errors(study.path):
        write_result(study.path, Result(key, parts))


def _described(found: Attributions) -> dict[str, Any]:
    """What the axes of the faithfulness are."""
    beside = found.faithfulness
    return {} if beside is None else {name: list(getattr(beside, name)) for name in AXES}


def read_attributions(
    study: StoredStudy, question: AttributionQuestion, positions: Sequence[int]
) -> Attributions | None:
    """What is kept; None where nothing is, or it is stale or damaged."""
    try:
        kept = read_result(
            study.path, attributions_key(study, question, positions), any_of=("orientations", *AXES)
        )
    except StudyDamaged:
        return None  # it is computed again
    return _found(study, question, kept) if kept else None


def listed_attributions(study: StoredStudy, layer: str, unit: int | None = None) -> Iterator[Attributions]:
    """Every one that is kept of a layer's units, or of one of them, as far as it is not stale."""
    name = layer if layer == LOGITS else study.layer(layer).name
    for key in _keys(study):
        if key.layer != name or (unit is not None and key.settings.get("unit") != unit):
            continue
        question, positions = _asked(study, key)
        if question and (found := read_attributions(study, question, positions)):
            yield found


def attributions_at(study: StoredStudy, dataset: str, position: int) -> Iterator[Attributions]:
    """Every one that is kept of a sample, of whichever unit, as far as it is not stale."""
    for key in _keys(study):
        question, positions = _asked(study, key)
        known = question and (question.layer == LOGITS or question.layer in study.layers)
        if question is None or not known or question.dataset != dataset or position not in positions:
            continue
        if found := read_attributions(study, question, positions):
            yield found


def _keys(study: StoredStudy) -> Iterator[ResultKey]:
    """Of all that is kept; most studies have none, and are not searched."""
    if StudyPlace(study.path).file(EXPLANATIONS, KIND).exists():
        for entry in kept_results(study.path):
            if entry.key is not None and entry.key.kind == KIND:
                yield entry.key


def attributions_key(
    study: StoredStudy, question: AttributionQuestion, positions: Sequence[int]
) -> ResultKey:
    """All that decides the maps."""
    settings = {
        "unit": question.unit,
        "method": question.method,
        "options": dict(question.options),
        "low_pass": question.low_pass,
        "baselines": question.baselines,
        "pool": question.pool,
        "samples": list(positions),
    }
    try:
        told = json.dumps([settings, question.seed], sort_keys=True)
    except (TypeError, ValueError) as error:
        raise BadRequest(f"settings of {question.method} that a study cannot store: {error}.") from error
    rest: dict[str, Any] = {
        "versions": VERSIONS,
        "ground": {"model": str(study.manifest.model.get("weights_sha256", ""))},
        "settings": json.loads(told)[0],
        "variant": f"unit {question.unit}, {question.method}, {hashlib.sha256(told.encode()).hexdigest()[:12]}",
        "seed": question.seed,
    }
    if question.layer != LOGITS:
        return ResultKey.of(study, KIND, question.layer, [question.dataset], **rest)
    recording = study[question.dataset]
    recorded = study.manifest.recorded_as(question.dataset)
    return ResultKey(KIND, LOGITS, (recorded,), recordings={recorded: recording.digest}, **rest)


def _asked(study: StoredStudy, key: ResultKey) -> tuple[AttributionQuestion | None, list[int]]:
    """What a kept result answers; None where its dataset is gone, or it says nothing that can be asked."""
    told: Mapping[str, Any] = key.settings
    name = study.manifest.now_named(key.datasets[0]) if key.datasets else None
    samples, unit, method = (told.get(each) for each in ("samples", "unit", "method"))
    if name is None or name not in study or not isinstance(samples, list) or not isinstance(unit, int):
        return None, []
    if not isinstance(method, str) or not all(isinstance(each, int) for each in samples):
        return None, []
    options = told.get("options")
    question = AttributionQuestion(
        name,
        key.layer,
        unit,
        method,
        options if isinstance(options, dict) else {},
        told.get("low_pass"),
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
    return Attributions(
        question,
        positions,
        [every_id[position] for position in positions],
        maps,
        values,
        **{name: arrays.get(name) for name in OPTIONAL},
        orientations=tuple(names) if isinstance(names, list) else (),
        faithfulness=_faithfulness(kept, count, question.seed),
    )


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
