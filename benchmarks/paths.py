"""Counting significant paths and comparing categories: NumPy and torch as one would write them, against ours.

python benchmarks/paths.py                   # small, a minute
python benchmarks/paths.py --size imagenet   # heads of 10 x 193 and 1000 x 2049, 1,000 categories
"""

from __future__ import annotations

import time

import numpy as np
import torch
from paired import command, paired, table

from shiftscope.explain.paths.counting.count import Counter
from shiftscope.explain.paths.counting.path_counts import PathCounts
from shiftscope.explain.paths.counting.printed_rule import low_rank
from shiftscope.explain.paths.counting.rules import RULES
from shiftscope.explain.paths.measures.divergences import divergences
from shiftscope.explain.paths.measures.frequencies import Frequencies

# outputs, inputs, samples of ours, of NumPy's, of torch's, samples a category
HEADS = {
    "tiny": [(10, 30, 200, 50, 50, 20)],
    "small": [(10, 192, 10_000, 2_000, 2_000, 1_000), (200, 1024, 2_000, 40, 16, 50)],
    "imagenet": [(10, 192, 10_000, 2_000, 10_000, 1_000), (1000, 2048, 5_000, 50, 16, 50)],
}
CATEGORIES = {"tiny": (5, 700), "small": (200, 200_000), "imagenet": (1000, 2_048_000)}


def made(outputs: int, inputs: int, samples: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A head at torch's first weights, and responses after a ReLU, about half of them silent."""
    rng = np.random.default_rng(0)
    weight = (rng.uniform(-1, 1, (outputs, inputs)) / inputs**0.5).astype(np.float32)
    bias = (rng.uniform(-1, 1, outputs) / inputs**0.5).astype(np.float32)
    return weight, bias, np.maximum(rng.normal(size=(samples, inputs)), 0).astype(np.float16)


def numpy_per_sample(
    weight: np.ndarray, bias: np.ndarray, responses: np.ndarray, *, printed: bool
) -> np.ndarray:
    whole = np.column_stack([weight, bias])
    counts = np.zeros(whole.shape, np.int32)
    for response in responses.astype(np.float32):
        paths = whole * np.append(response, np.float32(1))
        if printed:
            counts += np.abs(paths) > len(paths[0]) * paths.sum(axis=1, keepdims=True)
        else:
            counts += np.abs(paths) > np.abs(paths.mean(axis=1, keepdims=True))
    return counts


def torch_broadcast(weight: np.ndarray, bias: np.ndarray, responses: np.ndarray) -> torch.Tensor:
    whole = torch.from_numpy(np.column_stack([weight, bias]))
    entering = torch.cat([torch.from_numpy(responses).float(), torch.ones(len(responses), 1)], dim=1)
    counts = torch.zeros(whole.shape, dtype=torch.int32)
    for batch in entering.split(8 if whole.numel() > 100_000 else 1024):
        paths = whole * batch[:, None]
        counts += (paths.abs() > paths.mean(-1, keepdim=True).abs()).sum(0)
    return counts


def counting(head: tuple[int, ...], rounds: int) -> dict[str, object]:
    """One head; the slow ways are given fewer samples."""
    outputs, inputs, ours, plain, broadcast, run = head
    weight, bias, responses = made(outputs, inputs, ours)
    counter = Counter(weight, bias, RULES["abs_mean"])
    sizes = [run] * (ours // run)
    into = np.zeros((len(sizes), *counter.padded), np.uint8 if run < 256 else np.uint16)
    few = responses[:plain]
    seconds = paired(
        {
            "ours": lambda: counter.count_each(responses, sizes, into),
            "ours, printed rule": lambda: low_rank(weight, bias, responses, sizes),
            "NumPy, a sample at a time": lambda: numpy_per_sample(weight, bias, few, printed=False),
            "NumPy, printed rule": lambda: numpy_per_sample(weight, bias, few, printed=True),
            "torch, broadcast": lambda: torch_broadcast(weight, bias, responses[:broadcast]),
        },
        rounds,
    )
    counted = {"ours": ours, "ours, printed rule": ours, "torch, broadcast": broadcast}
    rates = {name: counted.get(name, plain) / each for name, each in seconds.items()}
    best = {name: rates["ours, printed rule" if "printed" in name else "ours"] for name in rates}
    table(
        f"Counting, {outputs} x {inputs + 1} paths, {run} samples a category",
        ("way", "samples/s", "ours is faster by"),
        [(name, f"{rate:,.0f}", f"{best[name] / rate:.1f}") for name, rate in rates.items()],
    )
    return {"outputs": outputs, "inputs": inputs, "samples_per_second": rates}


def comparing(size: str, rounds: int) -> dict[str, object]:
    """All pairs of categories by one streamed product, against the machine's rate for such products."""
    categories, paths = CATEGORIES[size]
    rng = np.random.default_rng(0)
    columns = 2048 if paths > 10_000 else 70
    shape = (categories, -(-paths // columns), columns)
    counts = PathCounts(np.full(categories, 50), rng.integers(0, 51, shape, dtype=np.uint8), columns)
    side = 4096 if size == "imagenet" else 1024
    square = rng.random((side, side), np.float32)
    seconds = paired(
        {
            "all pairs": lambda: divergences(counts, Frequencies()),
            "float32 matrix product": lambda: square @ square,
        },
        rounds,
    )
    frequencies = np.clip(counts.counts[:2].reshape(2, -1) / 50, 1e-8, 1 - 1e-8)
    start = time.perf_counter()
    p, q = frequencies
    float((p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))).mean())
    pair = time.perf_counter() - start
    rate = 2 * (categories + 1) ** 2 * counts.paths / seconds["all pairs"] / 1e9
    ceiling = 2 * side**3 / seconds["float32 matrix product"] / 1e9
    table(
        f"Divergences of all pairs of {categories} categories, {counts.paths:,} paths",
        ("what", "value"),
        [
            ("ours", f"{seconds['all pairs']:.2f} s, {rate:,.0f} GFLOP/s"),
            (f"float32 product of {side} x {side}", f"{ceiling:,.0f} GFLOP/s"),
            ("share of that rate", f"{rate / ceiling:.0%}"),
            ("one pair in float64", f"{pair:.3f} s, all pairs {pair * categories**2:,.0f} s"),
        ],
    )
    return {"seconds": seconds, "gflops": rate, "ceiling_gflops": ceiling, "share": rate / ceiling}


def measure(size: str, rounds: int) -> dict[str, object]:
    return {
        "benchmark": "paths",
        "counting": [counting(head, rounds) for head in HEADS[size]],
        "divergences": comparing(size, rounds),
    }


if __name__ == "__main__":
    command(__doc__, measure)
