"""The paper's other ways to measure separation, that its paths are compared with.

Khaitan & Banerjee, arXiv 2605.21313, section 4.2 and table 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.explain.paths.counting.count import Counter
from shiftscope.explain.paths.counting.map_inputs import MapInputs
from shiftscope.explain.paths.measures.distances import distances
from shiftscope.explain.paths.measures.softmax_divergences import softmax_divergences

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
    counter: Counter, entering: MapInputs, categories: int, *, seed: int = 0, most: int = MOST
) -> Ablation:
    """All of them at one map.

    The vectors whose softmax and distances are taken are what enters the map, as in the paper. Distances are those of
    at most `most` samples of a category. Means within a category are over pairs of different samples.
    """
    samples = entering.samples(categories)
    present = np.flatnonzero(samples)
    return Ablation(
        *_prototypes(counter, entering, present),
        *_softmax(entering, present, categories),
        *_distances(entering, present, np.random.default_rng(seed), most),
    )


def _prototypes(counter: Counter, entering: MapInputs, present: npt.NDArray[np.intp]) -> tuple[float, float]:
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


def _softmax(entering: MapInputs, present: npt.NDArray[np.intp], categories: int) -> tuple[float, float]:
    means = softmax_divergences(entering, categories).means[np.ix_(present, present)]
    return _off_diagonal(means), _mean(np.diag(means))


def _distances(
    entering: MapInputs, present: npt.NDArray[np.intp], rng: np.random.Generator, most: int
) -> tuple[float, float, float]:
    chosen = []
    for category in present:
        vectors = entering.of(category, category + 1)
        if len(vectors) > most:
            vectors = vectors[rng.choice(len(vectors), most, replace=False)]
        chosen.append(vectors)
    if not chosen:
        return float("nan"), float("nan"), float("nan")
    found = distances(np.concatenate(chosen), np.array([len(vectors) for vectors in chosen]))
    several = found.samples > 1
    energy = found.energy[np.ix_(several, several)]
    return _off_diagonal(found.means), _mean(np.diag(found.means)), _off_diagonal(energy)


def _mean(each: npt.NDArray[np.float64]) -> float:
    known = each[~np.isnan(each)]
    return float(known.mean()) if len(known) else float("nan")


def _off_diagonal(pairs: npt.NDArray[np.float64]) -> float:
    return float(pairs[~np.eye(len(pairs), dtype=bool)].mean()) if len(pairs) > 1 else float("nan")
