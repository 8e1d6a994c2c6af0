"""Pictures kept in the study: one result for each unit, method and choice of settings."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import NotInStudy, StudyDamaged
from shiftscope.explain.visualisation.belief.belief import CHANGES, COLUMNS, Belief
from shiftscope.explain.visualisation.belief.reached import Reached
from shiftscope.explain.visualisation.belief.transfer import Transfer
from shiftscope.explain.visualisation.course import Course
from shiftscope.explain.visualisation.picture_question import MAXIMISATION, PictureQuestion
from shiftscope.explain.visualisation.visualised import Visualised, eight_bit, png_bytes
from shiftscope.store.keep_result import keep_result
from shiftscope.store.layout import LOGITS
from shiftscope.store.results import Arrays, Result, ResultKey, read_result
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.unit_results import kept_keys, unit_key

KIND, PICTURE, BELIEF = "visualisations", "picture", "belief"
VERSIONS = {PICTURE: 3, BELIEF: 2}
MOVED_VERSIONS = {PICTURE: 4, BELIEF: 3}  # of pictures that the model is shown moved
USE_VERSIONS = {PICTURE: 5}  # of pictures of a use
ASKED = "layer", "unit", "method", "options", "steps", "crops", "size", "sample", "range"
TOLD = "title", "settings", "limits", "dead", "path", "second", "at"  # of what was found
BELIEVED = "reached", "kept", "path", "low", "high", "correlations"
SPLIT = "drawn with one half of the samples, compared with the reference's other half"
SECOND = "layer", "unit", "weights", "note"  # of a second network
ARRAYS = "image", "alpha", "curve", "best", "penalties"
SIDE = 96  # pixels of what is kept of a step, at most


def write_picture(study: StoredStudy, question: PictureQuestion, found: Visualised) -> None:
    """As `keep_result`."""
    told: dict[str, Any] = {
        "title": found.objective,
        "settings": found.settings,
        "limits": list(found.range),
        "dead": found.dead,
    }
    arrays: dict[str, Any] = {name: np.asarray(getattr(found, name), np.float32) for name in ARRAYS}
    arrays["numbers"] = np.array([found.score])
    if found.before is not None:
        arrays["before"] = found.before.astype(np.float32)
        told["at"] = found.at
    if found.start is not None:
        arrays["start"] = found.start.astype(np.float32)
    if found.reached is not None:
        arrays["reached"] = np.array([found.reached.quantile, found.reached.strongest, found.reached.samples])
    if found.course is not None:
        arrays["responses"] = found.course.responses
    if found.snapshots:
        arrays["steps"] = np.array(list(found.snapshots))
        small = [eight_bit(_small(each), found.range) for each in found.snapshots.values()]
        arrays["snapshots"] = np.stack(small)
    parts = {PICTURE: arrays}
    if (belief := found.belief) is not None:
        told["path"] = list(belief.layers)
        correlations = np.array([belief.randomised, belief.seeds])
        numbers = {name: np.asarray(getattr(belief, name), np.float64) for name in BELIEVED[:-1]}
        parts[BELIEF] = {**numbers, "correlations": correlations}
        if (transfer := belief.transfer) is not None:
            parts[BELIEF]["transfer"] = np.r_[transfer.correlation, transfer.quantiles]
            told["second"] = {name: getattr(transfer, name) for name in SECOND}
    key = picture_key(study, question, told)
    key = replace(key, versions={part: key.versions[part] for part in parts})
    keep_result(study, Result(key, parts))


def read_picture(study: StoredStudy, question: PictureQuestion) -> Visualised | None:
    """What is kept; None where nothing is, or it is stale or damaged."""
    try:
        kept = read_result(study.path, picture_key(study, question), any_of=TOLD)
    except StudyDamaged:
        return None  # it is drawn again
    return _found(kept) if kept else None


def listed_pictures(
    study: StoredStudy, layer: str, unit: int | None = None
) -> Iterator[tuple[PictureQuestion, Visualised]]:
    """Every one that is kept of a layer's units, or of one of them, as far as it is not stale."""
    for question in asked_pictures(study, layer, unit):
        if found := read_picture(study, question):
            yield question, found


def asked_pictures(study: StoredStudy, layer: str, unit: int | None = None) -> Iterator[PictureQuestion]:
    """What the pictures of a layer's units answer, or those of one of them; no picture is read."""
    name = layer if layer == LOGITS else study.layer(layer).name
    for question in _questions(study):
        if question.layer == name and unit in (None, question.unit):
            yield question


def pictures_from(
    study: StoredStudy, places: Mapping[str, int]
) -> dict[str, list[tuple[PictureQuestion, Visualised]]]:
    """Every one that started from a sample, for whichever unit, as far as it is not stale; by dataset, of samples at
    these places."""
    found: dict[str, list[tuple[PictureQuestion, Visualised]]] = {}
    for question in _questions(study):
        if question.sample is None or places.get(question.dataset) != question.sample:
            continue
        if picture := read_picture(study, question):
            found.setdefault(question.dataset, []).append((question, picture))
    return found


def picture_code(study: StoredStudy, question: PictureQuestion) -> str:
    """Names a picture by all that decides it, in 16 letters."""
    decides = json.dumps(picture_key(study, question).as_json(), sort_keys=True)
    return hashlib.sha256(decides.encode()).hexdigest()[:16]


def picture_asked(study: StoredStudy, code: str) -> PictureQuestion:
    """What a code names; raises `NotInStudy` where nothing is kept under it."""
    found = (question for question in _questions(study) if picture_code(study, question) == code)
    question = next(found, None)
    if question is None:
        raise NotInStudy(f"no picture {code!r} is kept.")
    return question


def picture_png(study: StoredStudy, code: str, side: str) -> bytes:
    """A PNG of what is kept under a code, as `Visualised.side` names them.

    Raises
    ------
    NotInStudy
        Nothing is kept under it, or it has no such side.
    """
    found = read_picture(study, picture_asked(study, code))
    pixels = found.side(side) if found else None
    if pixels is None:
        raise NotInStudy(f"the picture {code!r} has no {side!r}, or is not kept any more.")
    return png_bytes(pixels)


def _questions(study: StoredStudy) -> Iterator[PictureQuestion]:
    """What the kept results answer, those of layers that are gone and stale ones left out."""
    for key in kept_keys(study, KIND):
        question = _asked(study, key)
        there = question is not None and (question.layer == LOGITS or question.layer in study.layers)
        if question is not None and there and _fresh(study, question, key):
            yield question


def _fresh(study: StoredStudy, question: PictureQuestion, kept: ResultKey) -> bool:
    """Whether what is kept is of the recordings and the version that there are now."""
    now = picture_key(study, question)
    return now.same_but_for_versions(kept, TOLD) and kept.versions.get(PICTURE) == now.versions[PICTURE]


def newer_versions(settings: Mapping[str, Any]) -> dict[str, int]:
    """In place of `VERSIONS`, by part; of maximisation, which is shown whole and moved unless there are no crops."""
    moved = settings.get("method") == MAXIMISATION and settings.get("crops") != 0
    return {**(MOVED_VERSIONS if moved else {}), **({} if settings.get("use") is None else USE_VERSIONS)}


def picture_key(
    study: StoredStudy, question: PictureQuestion, told: dict[str, Any] | None = None
) -> ResultKey:
    """All that decides the picture."""
    settings = {name: getattr(question, name) for name in ASKED if name != "layer"}
    if question.use is not None:
        dataset, at, sign = question.use
        settings["use"] = [study.manifest.recorded_as(dataset), at, sign]
        settings["weight"] = question.weight
    if question.level is not None:
        settings["level"] = question.level
    if question.half:
        settings["half"] = question.half
    if question.division > 1:
        settings["division"] = question.division
    if question.fewer:
        settings["fewer"] = question.fewer
    if question.facets:
        settings["facets"] = question.facets
    if question.parts > 1:
        settings["part"] = question.part
    shifted = () if question.use is None else question.use[:1]
    key = unit_key(
        study,
        KIND,
        question.layer,
        list(dict.fromkeys((question.dataset, study.reference, *shifted))),
        settings,
        named=f"unit {question.unit}, {question.method}",
        seed=question.seed,
        versions=VERSIONS | newer_versions(settings),
    )
    return replace(key, settings={**key.settings, **(told or {})}, split=SPLIT)


def _asked(study: StoredStudy, key: ResultKey) -> PictureQuestion | None:
    """What a kept result answers; None where its dataset is gone, or it says nothing that can be asked."""
    told = key.settings
    name = study.manifest.now_named(key.datasets[0]) if key.datasets else None
    whole = [told.get(each) for each in ("unit", "steps", "crops")]
    if name is None or name not in study or not all(isinstance(each, int) for each in whole):
        return None
    size, limits = told.get("size"), told.get("range")
    try:
        use = told.get("use")
        if use is not None:
            shifted = study.manifest.now_named(str(use[0]))
            if shifted is None or shifted not in study:
                return None
            use = (shifted, str(use[1]), int(use[2]))
        question = PictureQuestion(
            name,
            key.layer,
            told["unit"],
            str(told["method"]),
            dict(told["options"]),
            steps=told["steps"],
            crops=told["crops"],
            size=None if size is None else (int(size[0]), int(size[1])),
            sample=told.get("sample"),
            range=None if limits is None else (float(limits[0]), float(limits[1])),
            seed=key.seed or 0,
            use=use,
            weight=float(told.get("weight", 1)),
            level=None if told.get("level") is None else float(told["level"]),
            half=int(told.get("half", 0)),
            division=int(told.get("division", 1)),
            fewer=int(told.get("fewer", 0)),
            facets=int(told.get("facets", 0)),
            part=int(told.get("part", 0)),
        )
        there = question.parts > question.part >= 0 and question.half in (0, 1, 2)
        return question if there and question.division >= 1 and question.fewer >= 0 else None
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        return None


def _found(kept: Result) -> Visualised | None:
    """None where the arrays are not those of a picture."""
    arrays, told = kept.parts.get(PICTURE, {}), kept.key.settings
    limits = told.get("limits")
    if not all(name in arrays for name in (*ARRAYS, "numbers")) or not isinstance(limits, list):
        return None
    image, alpha = arrays["image"], arrays["alpha"]
    if image.ndim != 3 or alpha.shape != image.shape[1:] or len(limits) != 2:
        return None
    settings = told.get("settings")
    ends = float(limits[0]), float(limits[1])
    return Visualised(
        image=image,
        alpha=alpha,
        curve=arrays["curve"],
        score=float(arrays["numbers"].ravel()[0]),
        best=arrays["best"],
        range=ends,
        objective=str(told.get("title", "")),
        method=str(told.get("method", "")),
        settings=settings if isinstance(settings, dict) else {},
        snapshots=_snapshots(arrays, ends),
        penalties=arrays["penalties"],
        dead=told.get("dead") is True,
        start=arrays.get("start"),
        reached=_reached(arrays.get("reached")),
        belief=_belief(kept.parts.get(BELIEF, {}), told.get("path"), told.get("second")),
        course=_course(arrays.get("responses"), told.get("level")),
        before=_flat(arrays.get("before")),
        at=_layer_before(told),
    )


def _snapshots(arrays: Arrays, limits: tuple[float, float]) -> dict[int, npt.NDArray[np.floating[Any]]]:
    """None of a picture that was kept without."""
    steps, pictures = arrays.get("steps"), arrays.get("snapshots")
    if steps is None or pictures is None or pictures.ndim != 4 or steps.shape != pictures.shape[:1]:
        return {}
    low, high = limits
    shown = low + (high - low) * pictures.astype(np.float32) / 255
    return dict(zip(map(int, steps), shown, strict=True))


def _small(picture: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.floating[Any]]:
    """(channel, row, column) by means of square blocks; what is left at the last rows and columns is left out."""
    channels, rows, columns = picture.shape
    block = -(-max(rows, columns) // SIDE)
    rows, columns = rows // block, columns // block
    if block == 1 or not rows or not columns:
        return picture
    cut = picture[:, : rows * block, : columns * block]
    means: npt.NDArray[np.floating[Any]] = cut.reshape(channels, rows, block, columns, block).mean((2, 4))
    return means


def _layer_before(told: Mapping[str, Any]) -> str:
    """Of a use always that which tells it apart."""
    use = told.get("use")
    return str(use[1]) if isinstance(use, list) and len(use) > 1 else str(told.get("at", ""))


def _flat(numbers: npt.NDArray[Any] | None) -> npt.NDArray[Any] | None:
    return numbers if numbers is not None and numbers.ndim == 1 else None


def _belief(arrays: Arrays, layers: object, second: object) -> Belief | None:
    """None where the arrays are not those of a belief."""
    if not all(name in arrays for name in BELIEVED) or not isinstance(layers, list):
        return None
    shapes = (COLUMNS,), (CHANGES, COLUMNS), (layers, COLUMNS), (layers,), (layers,), ((0, 1),)
    for name, axes in zip(BELIEVED, shapes, strict=True):
        if arrays[name].shape != tuple(len(axis) for axis in axes):
            return None
    reached, kept, path, low, high, correlations = (np.asarray(arrays[name], np.float64) for name in BELIEVED)
    randomised, seeds = map(float, correlations)
    transfer = _transfer(arrays.get("transfer"), second)
    return Belief(reached, kept, path, low, high, tuple(map(str, layers)), randomised, seeds, transfer)


def _transfer(numbers: npt.NDArray[Any] | None, second: object) -> Transfer | None:
    """None where there is none, or what is kept is not one."""
    if numbers is None or numbers.shape != (1 + len(COLUMNS),) or not isinstance(second, dict):
        return None
    if set(second) != set(SECOND) or not isinstance(second["unit"], int):
        return None
    correlation, *quantiles = numbers.astype(np.float64)
    return Transfer(
        str(second["layer"]),
        second["unit"],
        float(correlation),
        np.array(quantiles),
        str(second["weights"]),
        str(second["note"]),
    )


def _course(responses: npt.NDArray[Any] | None, level: object) -> Course | None:
    if responses is None or responses.ndim != 1 or not len(responses):
        return None
    return Course(
        np.asarray(responses, np.float64), float(level) if isinstance(level, (int, float)) else math.inf
    )


def _reached(numbers: npt.NDArray[Any] | None) -> Reached | None:
    if numbers is None or numbers.size != 3:
        return None
    quantile, strongest, samples = numbers.ravel().tolist()
    return Reached(quantile, strongest, int(samples))
