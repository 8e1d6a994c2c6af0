"""Writing responses, and reading them back by unit, by sample and by picture: raw files against a study.

python benchmarks/storing.py                   # small, seconds
python benchmarks/storing.py --size imagenet   # 50,000 samples x 2,048 units, 1,000 categories
"""

from __future__ import annotations

import hashlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import zarr
from paired import command, paired, table
from synthetic import Extent, World, synthetic_study

from shiftscope import open_study
from shiftscope.store.layout import SHARD_SAMPLES
from shiftscope.store.places import RecordingPlace
from shiftscope.store.plan import Plan
from shiftscope.store.stored_recording import Recording
from shiftscope.store.writing.writer import RecordingWriter
from shiftscope.summaries.summarise import summarise_shard

# samples, units, categories
SIZES = {"tiny": (300, 24, 5), "small": (8_192, 1_024, 200), "imagenet": (50_000, 2_048, 1_000)}
POINTS, PICTURES = 200, 200


def appending(folder: Path, size: str, rounds: int) -> dict[str, float]:
    """Shards committed with summaries and samples, against as many bytes in one file, each flushed to the disk."""
    samples, units, categories = SIZES[size]
    extent = Extent(1, samples, {"layer": units}, categories)
    world = World(extent, np.random.default_rng(0))
    shards = [
        world.shard(
            index,
            range(start, min(start + SHARD_SAMPLES, samples)),
            shift=0,
            rng=np.random.default_rng(index),
        )
        for index, start in enumerate(range(0, min(samples, 4 * SHARD_SAMPLES), SHARD_SAMPLES))
    ]
    states = [summarise_shard(shard, categories) for shard in shards]
    count = sum(len(shard.samples) for shard in shards)
    plan = Plan(
        "made", count, world.layers, categories, "float16", "responses", False, "made", {}, {}, SHARD_SAMPLES
    )
    written = []

    def ours() -> None:
        with tempfile.TemporaryDirectory(dir=folder) as made:
            writer = RecordingWriter(RecordingPlace(Path(made), "made"), plan)
            start = time.perf_counter()
            for shard, state in zip(shards, states, strict=True):
                writer.commit(shard, state)
            written.append(time.perf_counter() - start)

    def bytes_of(kept: Path) -> int:
        return sum(file.stat().st_size for file in kept.rglob("*") if file.is_file())

    with tempfile.TemporaryDirectory(dir=folder) as made:
        writer = RecordingWriter(RecordingPlace(Path(made), "made"), plan)
        before = bytes_of(Path(made))
        for shard, state in zip(shards, states, strict=True):
            writer.commit(shard, state)
        size_of_all = bytes_of(Path(made)) - before
    content = np.random.default_rng(0).bytes(size_of_all)
    raw = []

    def plain() -> None:
        path = folder / "raw"
        start = time.perf_counter()
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        raw.append(time.perf_counter() - start)
        path.unlink()

    paired({"ours": ours, "raw": plain}, rounds)
    rates = {
        name: size_of_all / statistics.median(seconds[1:]) / 1e6
        for name, seconds in {"shards committed": written, "one raw file": raw}.items()
    }
    table(
        f"Writing {count:,} samples, {size_of_all / 1e6:,.0f} MB flushed to the disk",
        ("way", "MB/s", "of the raw file"),
        [(name, f"{rate:,.0f}", f"{rate / rates['one raw file']:.0%}") for name, rate in rates.items()],
    )
    return rates


def reading(folder: Path, size: str) -> dict[str, dict[str, float]]:
    """Medians over random points, each first after the system was asked to forget the files."""
    samples, units, categories = SIZES[size]
    study = synthetic_study(
        folder / "made.study", Extent(1, samples, {"layer": units}, categories), scores=False
    )
    recording = study[study.reference]
    rng = np.random.default_rng(0)
    in_zarr = zarr.open_group(recording.place.responses("layer"), mode="r")
    pages = rng.integers(0, samples, (10, PICTURES)).tolist()
    some_units, some_samples = (
        rng.integers(0, units, POINTS).tolist(),
        rng.integers(0, samples, POINTS).tolist(),
    )

    def fresh() -> Recording:
        return Recording(recording.place)

    opened = fresh()
    runs: dict[str, list[Callable[[], object]]] = {
        "one unit, all samples": [lambda u=u: opened.unit_responses("layer", u) for u in some_units],
        "one sample, all units": [lambda s=s: opened.sample_responses("layer", s) for s in some_samples],
        f"{PICTURES} thumbnails": [
            lambda page=page: [opened.thumbnail(sample) for sample in page] for page in pages
        ],
        "one unit, through zarr": [lambda u=u: in_zarr["by_unit"][u] for u in some_units[:20]],
        "one sample, through zarr": [lambda s=s: in_zarr["by_sample"][s] for s in some_samples[:20]],
    }
    milliseconds = {
        name: {
            "cold": statistics.median(_once(read, recording.folder) for read in reads[:20]),
            "warm": statistics.median(_again(read) for read in reads),
        }
        for name, reads in runs.items()
    }
    table(
        f"Reading from {samples:,} samples x {units:,} units",
        ("what", "ms warm", "ms cold"),
        [(name, f"{each['warm']:.3f}", f"{each['cold']:.2f}") for name, each in milliseconds.items()],
    )
    return milliseconds


def verifying(folder: Path, rounds: int) -> dict[str, float]:
    """Every file against its checksum, beside one thread that only sums, and one that only reads."""
    study = open_study(folder / "made.study")
    size = study.verify().bytes
    files = [path for path in study.path.rglob("*") if path.is_file()]
    seconds = paired(
        {
            "verify": lambda: study.verify(),
            "SHA-256 alone": lambda content=bytes(2**28): hashlib.sha256(content),
            "reading alone": lambda: [path.read_bytes() for path in files],
        },
        rounds,
    )
    amounts = {"verify": size, "SHA-256 alone": 2**28, "reading alone": sum(p.stat().st_size for p in files)}
    rates = {name: amounts[name] / seconds[name] / 1e9 for name in amounts}
    table(
        f"Verifying {size / 1e6:,.0f} MB, read before",
        ("way", "GB/s"),
        [(name, f"{rate:.2f}") for name, rate in rates.items()],
    )
    return rates


def _timed(read: Callable[[], object]) -> float:
    start = time.perf_counter()
    read()
    return (time.perf_counter() - start) * 1e3


def _again(read: Callable[[], object]) -> float:
    read()
    return _timed(read)


def _once(read: Callable[[], object], forgotten: Path) -> float:
    """After all files were dropped from the system's cache, where it can be asked for that."""
    if hasattr(os, "posix_fadvise"):
        for path in forgotten.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return _timed(read)


def measure(size: str, rounds: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        return {
            "benchmark": "storing",
            "megabytes_per_second": appending(Path(folder), size, rounds),
            "milliseconds": reading(Path(folder), size),
            "verifying_gigabytes_per_second": verifying(Path(folder), rounds),
        }


if __name__ == "__main__":
    command(__doc__, measure)
