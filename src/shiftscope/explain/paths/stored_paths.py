"""Path statistics kept in the study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from shiftscope.errors import StudyDamaged
from shiftscope.explain.paths.measures.separation import BINS, Separation
from shiftscope.explain.paths.path_statistics import VERSION, Estimated, PathStatistics, Settings
from shiftscope.model.linear_map import LinearMap
from shiftscope.store.results import Arrays, Result, ResultKey, read_result, write_result
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StoredStudy

KIND = "paths"
ESTIMATED = ("mean_kl", "mean_entropy", "floor", "excess")
OF_ROWS = ("samples", "entropy", "density", "rare", "frequent", "histogram")
DRAWS = ("shuffles", "resamples", "seed")


def write_paths(
    study: StoredStudy,
    linear: LinearMap,
    recording: Recording,
    reference: Recording | None,
    settings: Settings,
    found: PathStatistics,
) -> None:
    """Keep them, in the place of those with other draws or of another recording."""
    arrays = {name: getattr(found.separation, name) for name in OF_ROWS}
    arrays |= {"kl": found.kl, "infinite": found.infinite}
    for name in ESTIMATED:
        one = getattr(found, name)
        arrays[name] = np.array([one.value, one.low, one.high])
    if found.from_reference is not None and found.to_reference is not None:
        arrays |= {"from_reference": found.from_reference, "to_reference": found.to_reference}
    write_result(study.path, Result(_key(study, linear, recording, reference, settings), {KIND: arrays}))


def read_paths(
    study: StoredStudy,
    linear: LinearMap,
    recording: Recording,
    reference: Recording | None,
    settings: Settings,
    *,
    any_draws: bool = True,
) -> PathStatistics | None:
    """What is kept of these recordings, this rule and these frequencies; None where nothing is.

    Parameters
    ----------
    any_draws
        Whatever the numbers of shuffles and resamples and the seed were.

    Raises
    ------
    StudyDamaged
        What is kept is not ours.
    """
    key = _key(study, linear, recording, reference, settings)
    result = read_result(study.path, key, any_of=DRAWS if any_draws else ())
    if result is None:
        return None
    try:
        return _restored(result.parts[KIND], recording.plan.categories + 1)
    except (KeyError, TypeError, ValueError) as error:
        raise StudyDamaged(
            f"{key.place(study.path)} holds no path statistics: {error}. Remove it and run `shiftscope paths` again."
        ) from error


def _restored(arrays: Arrays, rows: int) -> PathStatistics:
    """Raises ValueError for arrays of other shapes."""
    shapes = dict.fromkeys(OF_ROWS, (rows,)) | dict.fromkeys(ESTIMATED, (3,)) | {"histogram": (rows, BINS)}
    shapes |= dict.fromkeys(("kl", "infinite", "from_reference", "to_reference"), (rows, rows))
    for name, array in arrays.items():
        if array.shape != shapes.get(name):
            raise ValueError(f"{name!r} has shape {array.shape}")
    estimated = {name: Estimated(*map(float, arrays[name])) for name in ESTIMATED}
    of_rows = {name: arrays[name] for name in OF_ROWS}
    separation = Separation(**of_rows, mean_kl=estimated["mean_kl"].value)
    return PathStatistics(
        separation,
        arrays["kl"],
        arrays["infinite"],
        **estimated,
        from_reference=arrays.get("from_reference"),
        to_reference=arrays.get("to_reference"),
    )


def _key(
    study: StoredStudy,
    linear: LinearMap,
    recording: Recording,
    reference: Recording | None,
    settings: Settings,
) -> ResultKey:
    """One for each map, dataset, reference, rule and treatment of frequencies."""
    rule, frequencies = settings.rule.name, settings.frequencies
    told: Mapping[str, Any] = {
        "map": linear.name,
        "rule": rule,
        "smoothing": frequencies.smoothing,
        "eps": frequencies.eps,
        "shuffles": settings.shuffles,
        "resamples": settings.resamples,
    }
    eps = f"-{frequencies.eps!r}" if frequencies.smoothing == "clip" else ""
    return ResultKey.of(
        study,
        KIND,
        linear.layer,
        [recording.name] if reference is None else [recording.name, reference.name],
        versions={KIND: VERSION},
        ground={f"weights of {linear.name}": linear.digest},
        settings=told,
        variant=f"{linear.name} {rule}-{frequencies.smoothing}{eps}",
        seed=settings.seed,
    )
