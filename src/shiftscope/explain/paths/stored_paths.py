"""Path statistics kept in the study, in files that any safetensors reader opens."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from shiftscope.errors import StudyDamaged
from shiftscope.explain.paths.measures.separation import BINS, Separation
from shiftscope.explain.paths.path_statistics import Estimated, PathStatistics, Settings
from shiftscope.model.linear_map import LinearMap
from shiftscope.store.disk.atomic import written_aside
from shiftscope.store.disk.containment import within
from shiftscope.store.disk.local_copy import file_to_read
from shiftscope.store.layout import folder_name
from shiftscope.store.stored_recording import Recording
from shiftscope.store.stored_study import StudyFiles

DEFINITION = 1  # raised when what is computed changes
KEY = "paths"  # entry of the files' metadata
ESTIMATED = ("mean_kl", "mean_entropy", "floor", "excess")
OF_ROWS = ("samples", "entropy", "density", "rare", "frequent", "histogram")


def paths_file(
    study: Path, linear: LinearMap, dataset: str, reference: str | None, settings: Settings
) -> Path:
    """One file for each map, dataset, reference, rule and treatment of frequencies."""
    folder = study / "explanations" / "paths" / folder_name(linear.name) / folder_name(dataset)
    frequencies = settings.frequencies
    eps = f"-{frequencies.eps!r}" if frequencies.smoothing == "clip" else ""
    name = f"{settings.rule.name}-{frequencies.smoothing}{eps}.safetensors"
    return within(study, folder / folder_name(reference or dataset) / name)


def write_paths(
    study: StudyFiles,
    linear: LinearMap,
    recording: Recording,
    reference: Recording | None,
    settings: Settings,
    found: PathStatistics,
) -> None:
    """Keep them, in the place of those with other settings or of another recording."""
    from safetensors.numpy import save

    arrays = {name: getattr(found.separation, name) for name in OF_ROWS}
    arrays |= {"kl": found.kl, "infinite": found.infinite}
    for name in ESTIMATED:
        one = getattr(found, name)
        arrays[name] = np.array([one.value, one.low, one.high])
    if found.from_reference is not None and found.to_reference is not None:
        arrays |= {"from_reference": found.from_reference, "to_reference": found.to_reference}
    plain = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    told = {**_key(linear, recording, reference, settings), **_draws(settings), "sha256": _sum_of(plain)}
    path = paths_file(study.path, linear, recording.name, reference.name if reference else None, settings)
    with written_aside(path) as file:
        file.write(save(plain, metadata={KEY: json.dumps(told, sort_keys=True)}))


def read_paths(
    study: StudyFiles,
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
        The file is not ours.
    """
    from safetensors import SafetensorError, safe_open

    path = paths_file(study.path, linear, recording.name, reference.name if reference else None, settings)
    if not path.exists():
        return None
    wanted = _key(linear, recording, reference, settings)
    wanted |= {} if any_draws else _draws(settings)
    try:
        with file_to_read(path) as here, safe_open(here, "numpy") as file:
            told = dict(json.loads(file.metadata()[KEY]))
            if any(told.get(name) != value for name, value in wanted.items()):
                return None
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        found = _sum_of(arrays)
        if told.get("sha256", found) != found:
            raise ValueError("its numbers differ from what was written")
        return _restored(arrays, recording.plan.categories + 1)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise StudyDamaged(
            f"{path} cannot be read as path statistics: {error}. Remove it and run `shiftscope paths` again."
        ) from error


def _sum_of(arrays: dict[str, Any]) -> str:
    digest = hashlib.sha256()
    for _, array in sorted(arrays.items()):
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _restored(arrays: dict[str, Any], rows: int) -> PathStatistics:
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
    linear: LinearMap, recording: Recording, reference: Recording | None, settings: Settings
) -> dict[str, Any]:
    weights = hashlib.sha256(linear.weight.tobytes())
    weights.update(b"" if linear.bias is None else linear.bias.tobytes())
    return {
        "definition": DEFINITION,
        "map": linear.name,
        "layer": linear.layer,
        "weights_sha256": weights.hexdigest(),
        "recording": recording.digest,
        "reference": reference.digest if reference else None,
        "rule": settings.rule.name,
        "formula": settings.rule.formula,
        "smoothing": settings.frequencies.smoothing,
        "eps": settings.frequencies.eps,
    }


def _draws(settings: Settings) -> dict[str, int]:
    return {"shuffles": settings.shuffles, "resamples": settings.resamples, "seed": settings.seed}
