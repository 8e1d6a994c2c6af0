"""Spectra of datasets, kept in the study."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from shiftscope.errors import StudyDamaged
from shiftscope.explain.visualisation.canvas.magnitudes import Magnitudes
from shiftscope.explain.visualisation.spectra.shift_spectra import RadialRatio, ShiftSpectra
from shiftscope.store.keep_result import keep_result
from shiftscope.store.layout import LOGITS
from shiftscope.store.results import Result, ResultKey, read_result
from shiftscope.store.stored_study import StoredStudy
from shiftscope.store.unit_results import kept_keys

KIND, PART = "spectra", "spectra"
VERSIONS = {PART: 2}
SPLIT = "of one half of the samples"
RADIAL = "frequencies", "ratio", "low", "high"
SIDES = "shifted", "reference"

Range = tuple[float, float]


def write_spectra(
    study: StoredStudy, found: ShiftSpectra, *, pictures: int, limits: Range | None, seed: int
) -> None:
    """As `keep_result`."""
    arrays = {name: getattr(found.radial, name) for name in RADIAL}
    counted = [each.pictures for each in found.templates]
    arrays["counts"] = np.array([*found.pictures, found.paired, *counted], np.int64)
    for side, each in zip(SIDES, found.templates, strict=True):
        arrays[side] = each.magnitude
        arrays[f"{side}_columns"] = np.array([each.columns], np.int64)
    arrays["colour"] = found.templates[1].colour
    key = _key(study, found.dataset, pictures, limits, seed)
    keep_result(study, Result(key, {PART: arrays}))


def read_spectra(
    study: StoredStudy, dataset: str, *, pictures: int, limits: Range | None, seed: int
) -> ShiftSpectra | None:
    """What is kept; None where nothing is, or it is stale or damaged."""
    try:
        kept = read_result(study.path, _key(study, dataset, pictures, limits, seed))
    except StudyDamaged:
        return None  # it is computed again
    arrays = kept.parts.get(PART, {}) if kept else {}
    needed = *RADIAL, "counts", "colour", *SIDES, *(f"{side}_columns" for side in SIDES)
    if not all(name in arrays for name in needed) or arrays["counts"].shape != (5,):
        return None
    ours, theirs, paired, *counted = arrays["counts"].tolist()
    shifted, reference = (
        Magnitudes(arrays[side], int(arrays[f"{side}_columns"].ravel()[0]), arrays["colour"], count)
        for side, count in zip(SIDES, counted, strict=True)
    )
    radial = RadialRatio(*(np.asarray(arrays[name], np.float64) for name in RADIAL))
    return ShiftSpectra(dataset, study.reference, radial, (ours, theirs), bool(paired), (shifted, reference))


def listed_spectra(study: StoredStudy, dataset: str) -> Iterator[ShiftSpectra]:
    """All that are kept of a dataset, as far as they are not stale."""
    for key in kept_keys(study, KIND):
        pictures, limits = key.settings.get("pictures"), key.settings.get("range")
        if not key.datasets or study.manifest.now_named(key.datasets[0]) != dataset:
            continue
        if not isinstance(pictures, int) or not (limits is None or _is_pair(limits)):
            continue
        ends = None if limits is None else (limits[0], limits[1])
        if found := read_spectra(study, dataset, pictures=pictures, limits=ends, seed=key.seed or 0):
            yield found


def _is_pair(limits: object) -> bool:
    return isinstance(limits, list) and len(limits) == 2


def _key(study: StoredStudy, dataset: str, pictures: int, limits: Range | None, seed: int) -> ResultKey:
    """All that decides them; no layer has a part in it."""
    recorded = {study.manifest.recorded_as(name): study[name].digest for name in (dataset, study.reference)}
    settings = {"pictures": pictures, "range": None if limits is None else list(limits)}
    told = "" if limits is None else ", range {:g} to {:g}".format(*limits)
    return ResultKey(
        KIND,
        LOGITS,
        tuple(recorded),
        VERSIONS,
        recorded,
        settings=settings,
        variant=f"{pictures} pictures{told}, seed {seed}",
        seed=seed,
        split=SPLIT,
    )
