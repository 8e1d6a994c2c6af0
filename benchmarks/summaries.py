"""All summaries of a layer's responses in one pass: NumPy and torch as one would write them, against ours.

python benchmarks/summaries.py                   # small, half a minute
python benchmarks/summaries.py --size imagenet   # 50,000 samples x 2,048 units, 1,000 categories
"""

from __future__ import annotations

import tracemalloc

import numpy as np
import torch
from paired import command, paired, table

from shiftscope.summaries.fused.one_pass import OnePass
from shiftscope.summaries.summary import Block
from shiftscope.threads import shared

# samples, units, categories, samples in a block
SIZES = {
    "tiny": (300, 40, 5, 100),
    "small": (8_192, 512, 100, 4_096),
    "imagenet": (50_000, 2_048, 1_000, 16_384),
}
TOP, BINS = 100, 64


def made(samples: int, units: int, categories: int) -> tuple[np.ndarray, np.ndarray]:
    """Float16 responses after a ReLU, each category with a profile of its own, in random order; and labels."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, categories, samples)
    profiles = np.maximum(rng.standard_normal((categories, units), np.float32), 0)
    responses = np.empty((samples, units), np.float16)
    for start in range(0, samples, 4_096):
        own = profiles[labels[start : start + 4_096]]
        responses[start : start + 4_096] = np.maximum(
            own + 0.7 * rng.standard_normal(own.shape, np.float32), 0
        )
    return responses, labels


def with_numpy(responses: np.ndarray, labels: np.ndarray, categories: int) -> dict[str, np.ndarray]:
    """A sort for the strongest samples, np.add.at, np.histogram, mean and variance."""
    single = responses.astype(np.float32)
    order = np.argsort(-single, axis=0, kind="stable")[:TOP]
    sums = np.zeros((categories, single.shape[1]))
    np.add.at(sums, labels, single)
    largest = single.max(axis=0)
    histograms = [
        np.histogram(column, BINS, (0, high or 1))[0] for column, high in zip(single.T, largest, strict=True)
    ]
    return {
        "top": order,
        "largest": largest,
        "smallest": single.min(axis=0),
        "sums": sums,
        "histograms": np.stack(histograms, axis=1),
        "mean": single.mean(axis=0, dtype=np.float64),
        "variance": single.var(axis=0, dtype=np.float64),
        "fired": (single > 0).sum(axis=0),
    }


def with_torch(
    responses: np.ndarray, labels: np.ndarray, categories: int, block: int
) -> dict[str, torch.Tensor]:
    """The best library calls found: index_add_, topk of transposed blocks, bincount."""
    units = responses.shape[1]
    sums = torch.zeros(categories, units)
    squares, fired = torch.zeros(units, dtype=torch.float64), torch.zeros(units, dtype=torch.int64)
    histograms, largest = torch.zeros(units * BINS, dtype=torch.int64), torch.full((units,), -torch.inf)
    smallest = torch.full((units,), torch.inf)
    every = torch.from_numpy(responses)
    for start in range(0, len(responses), block):  # ranges first: torch's bins need them
        largest = torch.maximum(largest, every[start : start + block].amax(0).float())
    top_value, top_place = torch.empty(units, 0), torch.empty(units, 0, dtype=torch.int64)
    per_unit = BINS / largest.clamp_min(1e-9)
    offset = torch.arange(units) * BINS
    for start in range(0, len(responses), block):
        single = every[start : start + block].float()
        sums.index_add_(0, torch.from_numpy(labels[start : start + block]), single)
        squares += (single * single).sum(0)
        fired += (single > 0).sum(0)
        smallest = torch.minimum(smallest, single.amin(0))
        bins = (single * per_unit).to(torch.int64).clamp_max_(BINS - 1) + offset
        histograms += torch.bincount(bins.flatten(), minlength=units * BINS)
        value, place = torch.topk(single.T.contiguous(), min(TOP, len(single)), dim=1)
        top_value, top_place = torch.cat([top_value, value], 1), torch.cat([top_place, place + start], 1)
        top_value, best = torch.topk(top_value, min(TOP, top_value.shape[1]), dim=1)
        top_place = top_place.gather(1, best)
    return {
        "top": top_place.T,
        "largest": largest,
        "smallest": smallest,
        "sums": sums,
        "histograms": histograms.reshape(units, BINS).T,
        "mean": sums.sum(0, dtype=torch.float64) / len(responses),
        "squares": squares,
        "fired": fired,
    }


def ours(
    responses: np.ndarray, labels: np.ndarray, categories: int, block: int, *, shards: bool = False
) -> OnePass:
    """In one pass; or as a recording does it, whose shards are summarised each by itself."""
    positions = np.arange(len(responses))
    passing = OnePass(responses.shape[1], categories, responses.dtype)
    for start in range(0, len(responses), block):
        some = slice(start, start + block)
        if shards:
            passing = OnePass(responses.shape[1], categories, responses.dtype)
        passing.add(Block(responses[some], positions[some], labels[some], categories))
        if shards:
            passing.summaries()
    passing.summaries()
    return passing


def bare_read(responses: np.ndarray) -> int:
    """Every byte through the processor once, by as many threads as ours has."""
    words = (
        responses.reshape(-1).view(np.int64)
        if responses.size % 4 == 0
        else responses.reshape(-1).view(np.int16)
    )
    pieces, sums = 64, []
    shared(
        lambda first, last: sums.append(
            int(words[first * len(words) // pieces : last * len(words) // pieces].sum())
        ),
        pieces,
        words.size * 4,
    )
    return sum(sums)


def measure(size: str, rounds: int) -> dict[str, object]:
    samples, units, categories, block = SIZES[size]
    responses, labels = made(samples, units, categories)
    seconds = paired(
        {
            "ours": lambda: ours(responses, labels, categories, block),
            "ours, a shard at a time": lambda: ours(responses, labels, categories, 4_096, shards=True),
            "bare read": lambda: bare_read(responses),
            "torch, best calls": lambda: with_torch(responses, labels, categories, 2_048),
        },
        rounds,
    )
    seconds |= paired({"NumPy, plainly": lambda: with_numpy(responses, labels, categories)}, min(rounds, 1))
    tracemalloc.start()
    ours(responses, labels, categories, block)
    beyond = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    table(
        f"Summaries of {samples:,} x {units:,} float16, {categories:,} categories",
        ("way", "ms", "over ours", "GB/s"),
        [
            (
                name,
                f"{each * 1e3:,.1f}",
                f"{each / seconds['ours']:.2f}",
                f"{responses.nbytes / each / 1e9:.2f}",
            )
            for name, each in seconds.items()
        ],
    )
    print(f"\nMemory beyond the responses: {beyond / 1e6:.0f} MB")
    return {"benchmark": "summaries", "seconds": seconds, "bytes_beyond": beyond}


if __name__ == "__main__":
    command(__doc__, measure)
