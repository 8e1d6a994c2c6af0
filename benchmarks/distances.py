"""Energy distance and softmax divergence between all categories: SciPy pair by pair, against ours.

SciPy is given a few categories, and its time for all is worked out from the number of pairs.

python benchmarks/distances.py                   # small, half a minute
python benchmarks/distances.py --size imagenet   # 50,000 samples of 1,000 categories, 1,000 numbers each
"""

from __future__ import annotations

import numpy as np
from paired import command, paired, table
from scipy.spatial.distance import cdist
from scipy.special import rel_entr, softmax

from shiftscope.explain.paths.counting.map_inputs import MapInputs
from shiftscope.explain.paths.measures.distances import Distances, distances
from shiftscope.explain.paths.measures.softmax_divergences import SoftmaxDivergences, softmax_divergences

# samples, categories, features, categories that SciPy is given, side of the square product
SIZES = {
    "tiny": (400, 20, 30, 4, 256),
    "small": (10_000, 200, 500, 16, 2048),
    "imagenet": (50_000, 1000, 1000, 20, 4096),
}
PAIRED = 400  # samples of which SciPy is given all ordered pairs for the divergence


def made(samples: int, categories: int, features: int) -> MapInputs:
    """Responses after a ReLU, about half of them silent, that differ between categories; samples out of order."""
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.arange(samples) % categories)
    middles = 0.5 * rng.normal(size=(categories, features)).astype(np.float32)
    noise = rng.standard_normal((samples, features), np.float32)
    return MapInputs.of_arrays(np.maximum(middles[labels] + noise, 0).astype(np.float16), labels)


def ours(entering: MapInputs, categories: int) -> Distances:
    """From responses as they are stored."""
    return distances(entering.of(0, categories), entering.samples(categories))


def by_cdist(entering: MapInputs, categories: int) -> np.ndarray:
    """(category, category) sums of distances, the half of them on one side of the diagonal computed."""
    groups = [entering.of(c, c + 1).astype(np.float64) for c in range(categories)]
    sums = np.zeros((categories, categories))
    for a in range(categories):
        for b in range(a, categories):
            sums[a, b] = sums[b, a] = cdist(groups[a], groups[b]).sum()
    return sums


def by_rel_entr(entering: MapInputs, samples: int) -> float:
    """Sum of the divergences of all ordered pairs of the first samples."""
    shares = softmax(entering.responses[:samples].astype(np.float64), axis=1)
    return float(sum(rel_entr(each, shares).sum() for each in shares))


def measure(size: str, rounds: int) -> dict[str, object]:
    samples, categories, features, few, side = SIZES[size]
    entering = made(samples, categories, features)
    square = np.random.default_rng(1).random((side, side), np.float32)
    some = min(PAIRED, samples)

    def divergences() -> SoftmaxDivergences:
        found = softmax_divergences(entering, categories)
        found.means  # noqa: B018  # the matrix of all pairs is part of the work
        return found

    seconds = paired(
        {
            "distances": lambda: ours(entering, categories),
            "float32 matrix product": lambda: square @ square,
            "cdist": lambda: by_cdist(entering, few),
            "divergences": divergences,
            "rel_entr": lambda: by_rel_entr(entering, some),
        },
        rounds,
    )
    # A pair of samples counts once for distances, whose sums are symmetric, and twice for divergences.
    given = int(entering.samples(categories)[:few].sum())
    seconds["cdist, all"] = seconds["cdist"] * (samples / given) ** 2
    seconds["rel_entr, all"] = seconds["rel_entr"] * (samples / some) ** 2
    rate = samples**2 * features / seconds["distances"] / 1e9
    ceiling = 2 * side**3 / seconds["float32 matrix product"] / 1e9
    table(
        f"{samples:,} samples of {categories:,} categories, {features:,} numbers each, all pairs of categories",
        ("what", "seconds", "ours is faster by"),
        [
            ("energy distance, ours", f"{seconds['distances']:.2f}", ""),
            (
                f"scipy cdist, from {few} categories",
                f"{seconds['cdist, all']:,.1f}",
                f"{seconds['cdist, all'] / seconds['distances']:,.0f}",
            ),
            ("softmax divergence, ours", f"{seconds['divergences']:.3f}", ""),
            (
                f"scipy rel_entr, from {some} samples",
                f"{seconds['rel_entr, all']:,.0f}",
                f"{seconds['rel_entr, all'] / seconds['divergences']:,.0f}",
            ),
        ],
    )
    table(
        "Distances against the machine's rate",
        ("what", "value"),
        [
            ("ours, each pair of samples once", f"{rate:,.0f} GFLOP/s"),
            (f"float32 product of {side} x {side}", f"{ceiling:,.0f} GFLOP/s"),
            ("share of that rate", f"{rate / ceiling:.0%}"),
        ],
    )
    return {
        "benchmark": "distances",
        "samples": samples,
        "categories": categories,
        "features": features,
        "seconds": seconds,
        "gflops": rate,
        "ceiling_gflops": ceiling,
        "share": rate / ceiling,
    }


if __name__ == "__main__":
    command(__doc__, measure)
