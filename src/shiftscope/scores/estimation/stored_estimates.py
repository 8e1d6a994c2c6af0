"""Estimates of a study's units, computed once and kept in it as Parquet."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shiftscope.arrays import UnitArray
from shiftscope.errors import StoreError
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.estimation.estimate_units import LEVEL, NORMAL_FROM, RESAMPLES, SEED, estimate_units
from shiftscope.scores.estimation.profiles import RANK_TOLERANCE
from shiftscope.scores.estimation.resampled_dataset import SPLITS
from shiftscope.scores.estimation.shared_cache import SharedCache
from shiftscope.scores.score import UnitScore, unit_scores
from shiftscope.store.disk.atomic import written_aside
from shiftscope.store.disk.containment import within
from shiftscope.store.disk.object_path import on_store
from shiftscope.store.layout import folder_name

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from shiftscope.store.stored_recording import Recording
    from shiftscope.store.stored_study import StudyFiles

KEY = b"shiftscope"  # of the metadata in the Parquet schema
DEFINITION = 3  # raised when the way to estimates changes, so that kept ones are computed again
NUMBERS = ("value", "low", "high", "p", "q", "floor", "flat_p")

Kept = tuple[Path, bytes]  # of which file, and what it has to hold

_kept: SharedCache[Kept, dict[str, Estimate]] = SharedCache(64)  # about a megabyte each at 2,048 units


def stored_estimates(study: StudyFiles, dataset: str, reference: str, layer: str) -> dict[str, Estimate]:
    """Every score of the layer's units, by name, as `stored_estimates_of` has them for several datasets."""
    return stored_estimates_of(study, [dataset], reference, layer)[dataset]


def stored_estimates_of(
    study: StudyFiles,
    datasets: Iterable[str],
    reference: str,
    layer: str,
    *,
    advance: Callable[[int], None] = lambda units: None,
) -> dict[str, dict[str, Estimate]]:
    """By dataset every score of the layer's units, by name, from `derived/scores` or computed and kept there.

    What was kept of another recording, of scores since changed, or with other settings, is computed again, all
    datasets together. Where nothing can be written, and of a study opened to be read only, nothing is kept. Several
    threads may ask at once.

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
    against, described = study[reference], study.layer(layer)
    kept: dict[str, Kept] = {}
    for dataset in datasets:
        path = estimates_file(study.path, dataset, reference, described.name)
        kept[dataset] = path, _key(study, study[dataset], against, described.name)
    shifted = {each: study[dataset] for dataset, each in kept.items()}

    def compute(asked: list[Kept]) -> list[dict[str, Estimate]]:
        read = {each: _read(*each, described.units) for each in asked}
        found = {each: estimates for each, estimates in read.items() if estimates is not None}
        missing = [each for each in asked if each not in found]
        if missing:
            recordings = [shifted[each] for each in missing]
            head = study.head_of(described.name)
            computed = estimate_units(recordings, against, described.name, head=head, advance=advance)
            for each, estimates in zip(missing, computed, strict=True):
                found[each] = estimates
                if not study.read_only:
                    with contextlib.suppress(OSError, StoreError):
                        _write(*each, estimates)
        return [found[each] for each in asked]

    estimates = _kept.get(kept.values(), compute)
    return {dataset: estimates[each] for dataset, each in kept.items()}


def has_estimates(study: StudyFiles, dataset: str, reference: str, layer: str) -> bool:
    """Whether they are kept, so that `stored_estimates` has nothing to compute."""
    import pyarrow as pa

    shifted, against, described = study[dataset], study[reference], study.layer(layer)
    try:
        with _opened(estimates_file(study.path, dataset, reference, described.name)) as file:
            metadata = file.schema_arrow.metadata or {}
    except (OSError, pa.ArrowException):
        return False
    return bool(metadata.get(KEY) == _key(study, shifted, against, described.name))


def estimates_file(study: Path, dataset: str, reference: str, layer: str) -> Path:
    folder = study / "derived" / "scores" / folder_name(layer) / folder_name(dataset)
    return within(study, folder / f"{folder_name(reference)}.parquet")


def _key(study: StudyFiles, shifted: Recording, reference: Recording, layer: str) -> bytes:
    """What decides the estimates; for code that scores share, DEFINITION is raised."""
    head = within(study.path, study.head_file(layer))
    content = {
        "definition": DEFINITION,
        "resamples": RESAMPLES,
        "level": LEVEL,
        "seed": SEED,
        "normal_from": NORMAL_FROM,
        "rank_tolerance": RANK_TOLERANCE,
        "splits": SPLITS,
        "layer": layer,
        "recordings": [recording.digest for recording in (shifted, reference)],
        "head": _digest(head, head.stat().st_mtime_ns) if head.exists() else "",
        "scores": {name: _definition(score) for name, score in unit_scores.items()},
    }
    return json.dumps(content, sort_keys=True).encode()


@lru_cache(maxsize=16)
def _digest(path: Path, changed: int) -> str:
    """Of a file's bytes, read again when it `changed`."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@lru_cache(maxsize=64)
def _definition(score: UnitScore) -> str:
    """Changes with the code of the score."""
    try:
        source = inspect.getsource(score.compute)
    except OSError:  # typed at a prompt
        source = score.compute.__code__.co_code.hex()
    return hashlib.sha256(f"{score.reads} {score.within} {source}".encode()).hexdigest()


def _write(path: Path, key: bytes, estimates: Mapping[str, Estimate]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = []
    for name, estimate in sorted(estimates.items()):
        units = len(estimate.value)
        columns = {column: _column(getattr(estimate, column), units) for column in NUMBERS}
        tables.append(pa.table({"unit": _numbered(units), "score": _repeated(name, units), **columns}))
    table = pa.concat_tables(tables).replace_schema_metadata({KEY: key})
    with written_aside(path) as file:
        pq.write_table(table, file, write_page_checksum=True)


def _column(numbers: UnitArray | None, units: int) -> pa.Array:
    """Like the next two by Arrow's buffers: its own conversions from and to Python import pandas."""
    import pyarrow as pa

    if numbers is None:
        return pa.nulls(units, pa.float64())
    plain = np.ascontiguousarray(numbers, np.float64)
    return pa.Array.from_buffers(pa.float64(), units, [None, pa.py_buffer(plain)])


def _numbered(units: int) -> pa.Array:
    import pyarrow as pa

    return pa.Array.from_buffers(pa.int32(), units, [None, pa.py_buffer(np.arange(units, dtype=np.int32))])


def _repeated(word: str, times: int) -> pa.Array:
    import pyarrow as pa

    encoded = word.encode()
    ends = np.arange(times + 1, dtype=np.int32) * len(encoded)
    return pa.Array.from_buffers(
        pa.string(), times, [None, pa.py_buffer(ends), pa.py_buffer(encoded * times)]
    )


def _read(path: Path, key: bytes, units: int) -> dict[str, Estimate] | None:
    """None where nothing is kept, or not this."""
    import pyarrow as pa

    try:
        with _opened(path) as file:
            if (file.schema_arrow.metadata or {}).get(KEY) != key:
                return None
            if file.metadata.num_rows != units * len(unit_scores):
                return None
            table = file.read(columns=list(NUMBERS))
        estimates = {}
        for place, name in enumerate(sorted(unit_scores)):
            rows = table.slice(place * units, units)
            value, low, high = (_numbers(rows[column]) for column in NUMBERS[:3])
            rest = (None if rows[column].null_count else _numbers(rows[column]) for column in NUMBERS[3:])
            estimates[name] = Estimate(value, low, high, *rest)
    except (OSError, KeyError, ValueError, BufferError, pa.ArrowException):
        return None
    return estimates


def _opened(path: Path) -> pq.ParquetFile:
    import pyarrow.parquet as pq

    return pq.ParquetFile(path.open("rb") if on_store(path) else path, page_checksum_verification=True)


def _numbers(column: pa.ChunkedArray) -> UnitArray:
    return np.concatenate([np.from_dlpack(chunk) for chunk in column.chunks])
