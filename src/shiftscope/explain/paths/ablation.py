"""The paper's other ways to measure separation, that its paths are compared with.

Khaitan & Banerjee, arXiv 2605.21313, section 4.2 and table 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.explain.paths.count import Counter
from shiftscope.explain.paths.entering import Entering

MOST = 200  # samples of a category whose distances are measured, as in the paper


@dataclass(frozen=True)
class Ablation:
    """Means over categories, and over ordered pairs of different ones; NaN where there are too few samples."""

    prototype_kl: float  # nats, between the rows' softmax of two categories' mean products
    prototype_entropy: float  # nats, of the rows' softmax of a category's mean products
    softmax_between: float  # nats, mean KL between the softmax of what enters, samples of two categories
    softmax_within: float  # nats, the same between two samples of one category
    distance_between: (
        float  # mean Euclidean distance of samples of two categories: the paper's "energy distance"
    )
    distance_within: float  # the same of two samples of one category
    energy_distance: (
        float  # 2 E|X - Y| - E|X - X'| - E|Y - Y'|, Székely & Rizzo (2013), between two categories
    )


def ablation(
    counter: Counter, entering: Entering, categories: int, *, seed: int = 0, most: int = MOST
) -> Ablation:
    """All of them at one map.

    The vectors whose softmax and distances are taken are what enters the map, as in the paper. Distances are those of
    at most `most` samples of a category. Means within a category are over pairs of different samples.
    """
    samples = entering.samples(categories)
    present = np.flatnonzero(samples)
    prototypes = _prototypes(counter, entering, present)
    softmax = _softmax(entering, present)
    distances = _distances(entering, present, np.random.default_rng(seed), most)
    return Ablation(*prototypes, *softmax, *distances)


def _prototypes(counter: Counter, entering: Entering, present: npt.NDArray[np.intp]) -> tuple[float, float]:
    """Row by row: a category's mean products, their softmax, its entropy, and its divergence from the others'."""
    means = [entering.of(c, c + 1).mean(axis=0, dtype=np.float64) for c in present]
    if not means:
        return float("nan"), float("nan")
    entropy = divergence = 0.0
    with_bias = counter.shape[1] > counter.weight.shape[1]
    for output, weights in enumerate(counter.weight.astype(np.float64)):
        products = np.stack(means) * weights
        if with_bias and counter.bias is not None:
            products = np.column_stack([products, np.full(len(products), counter.bias[output])])
        logs = products - products.max(axis=1, keepdims=True)
        logs -= np.log(np.exp(logs).sum(axis=1, keepdims=True))
        shares = np.exp(logs)
        own = (shares * logs).sum(axis=1)
        entropy -= own.mean()
        apart = logs - logs.mean(axis=0)  # the sum over pairs needs no pairs
        divergence += len(own) * (shares * apart).sum() - shares.sum(axis=0) @ apart.sum(axis=0)
    outputs, many = len(counter.weight), len(means)
    mean = divergence / (outputs * many * (many - 1)) if many > 1 else float("nan")
    return float(mean), float(entropy / outputs)


def _softmax(entering: Entering, present: npt.NDArray[np.intp]) -> tuple[float, float]:
    """mean KL(p_x || p_y) = mean of sum p ln p - (mean p) (mean ln p): no pair is looked at."""
    shares, logs, own, sizes = [], [], [], []
    for category in present:
        vectors = entering.of(category, category + 1).astype(np.float64)
        log = vectors - vectors.max(axis=1, keepdims=True)
        log -= np.log(np.exp(log).sum(axis=1, keepdims=True))
        p = np.exp(log)
        shares.append(p.mean(axis=0))
        logs.append(log.mean(axis=0))
        own.append(float((p * log).sum(axis=1).mean()))
        sizes.append(len(vectors))
    if not sizes:
        return float("nan"), float("nan")
    pairs = np.array(own)[:, None] - np.stack(shares) @ np.stack(logs).T
    size = np.array(sizes, float)
    within = (
        np.diag(pairs)[size > 1] * (size / np.maximum(size - 1, 1))[size > 1]
    )  # a sample and itself add 0
    return _off_diagonal(pairs), float(within.mean()) if len(within) else float("nan")


def _distances(
    entering: Entering, present: npt.NDArray[np.intp], rng: np.random.Generator, most: int
) -> tuple[float, float, float]:
    chosen = []
    for category in present:
        vectors = entering.of(category, category + 1)
        if len(vectors) > most:
            vectors = vectors[rng.choice(len(vectors), most, replace=False)]
        chosen.append(vectors.astype(np.float64))
    if not chosen:
        return float("nan"), float("nan"), float("nan")
    squares = [(vectors**2).sum(axis=1) for vectors in chosen]
    means = np.zeros((len(chosen), len(chosen)))
    for a, ours in enumerate(chosen):
        for b in range(a, len(chosen)):
            square = squares[a][:, None] + squares[b][None] - 2 * ours @ chosen[b].T
            if a == b:
                np.fill_diagonal(square, 0)
            means[a, b] = means[b, a] = np.sqrt(np.maximum(square, 0)).mean()
    size = np.array([len(vectors) for vectors in chosen], float)
    several = size > 1
    unbiased = np.diag(means) * size / np.maximum(size - 1, 1)
    within = float(unbiased[several].mean()) if several.any() else float("nan")
    energy = np.full_like(means, np.nan)
    both = np.ix_(several, several)
    energy[both] = 2 * means[both] - unbiased[several][:, None] - unbiased[several][None]
    return _off_diagonal(means), within, _off_diagonal(energy[both])


def _off_diagonal(pairs: npt.NDArray[np.float64]) -> float:
    many = len(pairs)
    return float((pairs.sum() - np.trace(pairs)) / (many * (many - 1))) if many > 1 else float("nan")
