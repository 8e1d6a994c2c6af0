"""Every score of a layer's units with bootstrap intervals, and Spearman's correlation of category profiles.

python benchmarks/scores.py                   # small, a minute
python benchmarks/scores.py --size imagenet   # 2,048 units, 4 datasets of 50,000 samples, 1,000 categories
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
from paired import command, paired, table
from scipy.stats import spearmanr
from synthetic import Extent, synthetic_study

from shiftscope.progress import bar
from shiftscope.scores.estimation.estimate_units import estimate_units
from shiftscope.statistics.compiled.rank_correlations import correlate_ranks
from shiftscope.statistics.rank_correlation import RankedProfiles
from shiftscope.threads import shared

# units, datasets, samples of each, categories, resamples, pairs that scipy correlates
SIZES = {
    "tiny": (40, 2, 200, 5, 20, 20),
    "small": (256, 2, 5_000, 100, 200, 256),
    "imagenet": (2_048, 4, 50_000, 1_000, 1_000, 1_024),
}


def correlating(units: int, datasets: int, categories: int, few: int, rounds: int) -> dict[str, float]:
    """All pairs of datasets; scipy is given fewer pairs of profiles."""
    rng = np.random.default_rng(0)
    own = np.maximum(rng.standard_normal((categories, units)), 0)
    profiles = [np.maximum(own + 0.3 * rng.standard_normal(own.shape), 0) for _ in range(datasets)]
    pairs = [(a, b) for a in range(datasets) for b in range(a)]
    found = np.empty((len(pairs), units))

    def ours() -> None:
        def some(first: int, last: int) -> None:
            ranked = [RankedProfiles(each[:, first:last]) for each in profiles]
            for into, (a, b) in zip(found, pairs, strict=True):
                correlate_ranks(ranked[a].means, 0.0, *ranked[b].counted, into[first:last])

        shared(some, units, 100 * len(pairs) * categories * units)

    def scipy() -> list[float]:
        columns = range(min(few, units))
        return [spearmanr(profiles[0][:, unit], profiles[1][:, unit]).statistic for unit in columns]

    seconds = paired({"ours": ours, "scipy.stats.spearmanr, a unit at a time": scipy}, rounds)
    correlations = {"ours": len(pairs) * units, "scipy.stats.spearmanr, a unit at a time": min(few, units)}
    rates = {name: correlations[name] / each for name, each in seconds.items()}
    table(
        f"Spearman over {categories:,} categories, {units:,} units, {len(pairs)} pairs of datasets",
        ("way", "correlations/s", "all pairs", "ours is faster by"),
        [
            (name, f"{rate:,.0f}", f"{len(pairs) * units / rate:.3f} s", f"{rates['ours'] / rate:.1f}")
            for name, rate in rates.items()
        ],
    )
    return rates


def scoring(units: int, datasets: int, samples: int, categories: int, resamples: int) -> dict[str, float]:
    """All scores of all shifted datasets against the reference, once: seconds, and those of all cores together."""
    with tempfile.TemporaryDirectory() as folder:
        extent = Extent(datasets, samples, {"layer": units}, categories)
        study = synthetic_study(Path(folder) / "made.study", extent, scores=False)
        shifted = [study[name] for name in study if name != study.reference]
        start, busy = time.perf_counter(), time.process_time()
        with bar("scoring", 0, units * len(shifted), "units") as advance:
            estimate_units(
                shifted,
                study[study.reference],
                "layer",
                head=study.head,
                resamples=resamples,
                advance=advance,
            )
        seconds, processor = time.perf_counter() - start, time.process_time() - busy
    table(
        f"All scores of {units:,} units with {resamples:,} resamples, {samples:,} samples in {categories:,} categories",
        ("shifted datasets", "seconds", "of processor time"),
        [(str(len(shifted)), f"{seconds:.1f}", f"{processor:.1f}")],
    )
    return {"together": seconds, "processor": processor}


def measure(size: str, rounds: int) -> dict[str, object]:
    units, datasets, samples, categories, resamples, few = SIZES[size]
    return {
        "benchmark": "scores",
        "correlations_per_second": correlating(units, datasets, categories, few, rounds),
        "seconds": scoring(units, datasets, samples, categories, resamples),
    }


if __name__ == "__main__":
    command(__doc__, measure)
