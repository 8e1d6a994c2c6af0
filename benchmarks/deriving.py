"""Layers derived from what is stored of another: seconds and memory, and dictionaries beside their peers.

python benchmarks/deriving.py                   # 256 units, 2 datasets of 5,000 samples; 10,240 rows of 512 units
python benchmarks/deriving.py --size imagenet   # 2,048 units, 2 datasets of 50,000 samples; 50,000 rows of 512 units

Last every kind is derived whole, once, of one layer: 128 units of 5,000 samples, or 768 of 50,000.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from paired import command, paired, table
from peers.dense_topk import overcomplete_like, plain
from sklearn.decomposition import NMF as SKLEARN_NMF
from sklearn.exceptions import ConvergenceWarning
from synthetic import Extent, synthetic_study

from shiftscope.derived.fitting import positions_to_fit, rows_to_fit
from shiftscope.derived.pca import PCA
from shiftscope.derived.sparse_autoencoder.gradients import decoded, largest_of_each
from shiftscope.derived.sparse_autoencoder.training import Training, trained
from shiftscope.derived.tools.nnls import nonnegative_codes
from shiftscope.flow.derive import derive

SIZES = {  # units, samples of each dataset, categories, features
    "tiny": (24, 300, 10, 4),
    "small": (256, 5_000, 100, 32),
    "imagenet": (2_048, 50_000, 1_000, 64),
}
DICTIONARIES = {  # rows, units, parts; features and how many are active, steps
    "tiny": (300, 24, 6, 48, 4, 5),
    "small": (10_240, 512, 64, 4_096, 32, 20),
    "imagenet": (50_000, 512, 64, 4_096, 32, 98),
}
WHOLE = {  # units, samples, features; steps of those that are trained
    "tiny": (24, 300, 6, 5),
    "small": (128, 5_000, 48, 500),
    "imagenet": (768, 50_000, 256, 3_000),
}
WIDER = "topk", "batchtopk"  # twice as many features as units
BATCH, RATE = 512, 2e-3
KINDS = "pca", "kmeans", "seminmf", "nmf", *WIDER
SCALE = 2**10 if sys.platform != "darwin" else 1  # bytes in which the system counts memory


def measure(size: str, rounds: int) -> dict[str, object]:
    return {
        "benchmark": "deriving",
        **components(size),
        **encoding(size, rounds),
        **training(size, rounds),
        **every_kind(size),
    }


def components(size: str) -> dict[str, object]:
    """Principal components of a stored layer, from reading to the codes of both datasets."""
    units, samples, categories, features = SIZES[size]
    with tempfile.TemporaryDirectory() as folder:
        extent = Extent(2, samples, {"layer": units}, categories)
        study = synthetic_study(Path(folder) / "made.study", extent, scores=False)
        reference = study[study.reference]
        before, seconds = _largest(), dict[str, float]()
        start = time.perf_counter()
        rows = rows_to_fit(reference, "layer", positions_to_fit(reference))
        seconds["rows to fit on, read"] = time.perf_counter() - start
        start = time.perf_counter()
        PCA(size=features).fit(rows)
        seconds["fitted"] = time.perf_counter() - start
        fitted_on = len(rows)
        del rows
        start = time.perf_counter()
        derive(study, "layer", "pca", size=features, progress=False)
        seconds["three fits, with codes of both datasets, summaries and checksums"] = (
            time.perf_counter() - start
        )
        memory = (_largest() - before) / 1e6
    title = f"{features} components of {units:,} units, 2 datasets of {samples:,} samples, fitted on {fitted_on:,}"
    table(title, ("part", "seconds"), [(name, f"{each:.2f}") for name, each in seconds.items()])
    print(f"\nLargest resident memory grew by {memory:,.0f} MB.")
    return {**seconds, "megabytes": memory}


def encoding(size: str, rounds: int) -> dict[str, object]:
    """Non-negative codes of rows for parts that are given, by us and by scikit-learn's `NMF.transform`."""
    rows, atoms = _planted(size)
    theirs = SKLEARN_NMF(len(atoms), init="nndsvda", max_iter=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs.fit(rows)
    theirs.components_ = atoms
    theirs.max_iter = 200
    seconds = paired(
        {"ours": lambda: nonnegative_codes(rows, atoms), "scikit-learn": lambda: theirs.transform(rows)},
        rounds,
    )
    ratio = seconds["scikit-learn"] / seconds["ours"]
    title = (
        f"Non-negative codes of {len(rows):,} rows of {rows.shape[1]} units for {len(atoms)} parts, median"
    )
    rivals = [(name, f"{each:.3f}", f"{len(rows) / each:,.0f}") for name, each in seconds.items()]
    table(title, ("by", "seconds", "rows a second"), rivals)
    print(f"\n{ratio:.1f} times as fast as scikit-learn.")
    return {"encode, ours": seconds["ours"], "encode, scikit-learn": seconds["scikit-learn"]}


def training(size: str, rounds: int) -> dict[str, object]:
    """Steps of a TopK autoencoder, sparse and as peers do them, and what they leave after equally many."""
    _, _, _, features, active, steps = DICTIONARIES[size]
    data, _ = _planted(size)
    rows = torch.from_numpy((data - data.mean(0)) / data.std())
    left: dict[str, float] = {}

    def ours() -> None:
        with torch.no_grad():
            made = Training(features, active, steps, BATCH, RATE, seed=0)
            weights = trained(rows, largest_of_each, made, lambda done: None)
            codes = [
                largest_of_each(torch.addmm(weights.bias, part - weights.offset, weights.encoder.T), active)
                for part in rows.split(4096)
            ]
            missed = sum(
                (part - weights.offset - decoded(each, weights.atoms)).square().sum().item()
                for part, each in zip(rows.split(4096), codes, strict=True)
            )
        left["ours"] = missed / (rows - rows.mean(0)).square().sum().item()

    def peer(name: str, train: Callable[..., float]) -> None:
        torch.manual_seed(0)
        left[name] = train(rows, features, active, steps=steps, batch=BATCH, rate=RATE)

    torch.set_num_threads(1)
    seconds = paired(
        {
            "ours": ours,
            "as overcomplete does": lambda: peer("as overcomplete does", overcomplete_like),
            "plain dense loop": lambda: peer("plain dense loop", plain),
        },
        max(1, rounds // 2),
        time.process_time,
    )
    title = f"{steps} steps of {BATCH} rows: {features:,} features of {rows.shape[1]} units, {active} active, median"
    rivals = [
        (name, f"{each:.2f}", f"{seconds[name] / seconds['ours']:.1f}", f"{left[name]:.3f}")
        for name, each in seconds.items()
    ]
    table(title, ("by", "seconds of one thread", "times ours", "variance left"), rivals)
    return {f"train, {name}": each for name, each in seconds.items()} | {
        f"left by {name}": each for name, each in left.items()
    }


def every_kind(size: str) -> dict[str, object]:
    """One fit of each kind on half of a stored layer, and the codes of all of it; memory as it grew up to then."""
    units, samples, features, steps = WHOLE[size]
    seconds, megabytes = dict[str, float](), dict[str, float]()
    with tempfile.TemporaryDirectory() as folder:
        study = synthetic_study(
            Path(folder) / "made.study", Extent(1, samples, {"layer": units}, 10), scores=False
        )
        before = _largest()
        for kind in KINDS:
            start = time.perf_counter()
            settings = {"size": 2 * units, "steps": steps} if kind in WIDER else {"size": features}
            derive(study, "layer", kind, seeds=1, progress=False, **settings)
            seconds[kind] = time.perf_counter() - start
            megabytes[kind] = (_largest() - before) / 1e6
    table(
        f"Each kind whole, of {samples:,} samples of {units} units: {features} features, "
        f"or {2 * units} in {steps:,} steps",
        ("kind", "seconds", "resident memory grew by, MB"),
        [(kind, f"{seconds[kind]:.1f}", f"{megabytes[kind]:,.0f}") for kind in KINDS],
    )
    return {f"whole, {kind}": each for kind, each in seconds.items()} | {
        f"megabytes up to {kind}": each for kind, each in megabytes.items()
    }


def _planted(size: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows that are sums of sparse parts and a little noise, and the parts, of unit length."""
    count, units, parts, *_ = DICTIONARIES[size]
    rng = np.random.default_rng(0)
    atoms = rng.gamma(1, 1, (parts, units)) * (rng.random((parts, units)) < 0.3)
    codes = rng.gamma(1, 1, (count, parts)) * (rng.random((count, parts)) < 0.25)
    rows = (codes @ atoms + 0.1 * rng.random((count, units))).astype(np.float32)
    return rows, (atoms / np.linalg.norm(atoms, axis=1, keepdims=True)).astype(np.float32)


def _largest() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * SCALE


if __name__ == "__main__":
    command(__doc__, measure)
