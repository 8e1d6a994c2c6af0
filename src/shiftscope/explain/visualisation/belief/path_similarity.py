"""Is a picture processed, layer by layer, as natural images of its unit are?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.errors import ShapeError
from shiftscope.statistics.average_ranks import average_ranks
from shiftscope.statistics.bootstrap import draw_all_again, interval

FloatArray = npt.NDArray[np.float64]

LEVEL = 0.95
APART = 0.01  # by which the unit's images are more alike than others, for there to be a path


@dataclass(frozen=True, eq=False)
class PathSimilarity:
    """At one layer: 1 is on the path of the unit's natural images, 0 is like any image, below 0 is unlike any."""

    similarity: FloatArray  # (picture,) NaN where the unit's images are no more alike than others
    low: FloatArray  # (picture,) ends of its 95 % bootstrap interval over both sets of images
    high: FloatArray
    own_alike: float  # mean correlation of pairs of the unit's images
    others_alike: float  # of one of them and another image


def path_similarity(
    pictures: npt.NDArray[Any],
    own: npt.NDArray[Any],
    others: npt.NDArray[Any],
    *,
    resamples: int,
    rng: np.random.Generator,
) -> PathSimilarity:
    """Mean rank correlation with the unit's images, between that of other images and that of its own.

    Parameters
    ----------
    pictures : (picture, entry) activations of a layer
    own : (image, entry) of natural images that the unit responds to most
    others : (image, entry) of images drawn at random, none of them among the unit's

    Raises
    ------
    ShapeError
        Activations of different numbers of entries.

    References
    ----------
    After Geirhos et al. (2024), Don't trust your eyes: on the (un)reliability of feature visualizations; the
    normalisation is ours.
    """
    entries = {given.shape[1] for given in (pictures, own, others)}
    if len(entries) > 1:
        raise ShapeError(f"activations of {sorted(entries)} entries; they are of one layer.")
    shown, ours, theirs = _standardised(pictures), _constant_out(own), _constant_out(others)
    nothing = np.full(len(pictures), np.nan)
    if len(ours) < 2 or not len(theirs):
        return PathSimilarity(nothing, nothing, nothing, float("nan"), float("nan"))
    rest = shown @ ours.T, ours @ ours.T, ours @ theirs.T
    once = np.ones((1, len(ours))), np.ones((1, len(theirs)))
    (similarity,), (own_alike,), (others_alike,) = _similar(*rest, *once)
    draws = (draw_all_again(len(some), resamples, rng).astype(np.float64) for some in (ours, theirs))
    low, high = interval(_similar(*rest, *draws)[0], LEVEL) if resamples else (nothing, nothing)
    unknown = np.isnan(similarity)
    return PathSimilarity(
        similarity,
        np.where(unknown, np.nan, low),
        np.where(unknown, np.nan, high),
        float(own_alike),
        float(others_alike),
    )


def _similar(
    with_own: FloatArray,
    within: FloatArray,
    between: FloatArray,
    own_counts: FloatArray,
    other_counts: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(resample, picture) similarities, (resample,) alikeness of the unit's images, and of them and others.

    Parameters
    ----------
    with_own, within, between
        Correlations (picture, own), (own, own) and (own, other).
    own_counts, other_counts : (resample, image) how often each image is drawn
    """
    total = own_counts.sum(1)
    towards = own_counts @ with_own.T / total[:, None]
    apart = within - np.diag(np.diag(within))  # a pair is of two images, however often each is drawn
    pairs = total**2 - (own_counts**2).sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        own_alike = np.einsum("ri,ij,rj->r", own_counts, apart, own_counts) / pairs
    mixed = np.einsum("ri,ij,rj->r", own_counts, between, other_counts)
    others_alike = mixed / (total * other_counts.sum(1))
    room = own_alike - others_alike
    room = np.where(room >= APART, room, np.nan)
    return (towards - others_alike[:, None]) / room[:, None], own_alike, others_alike


def _standardised(activations: npt.NDArray[Any]) -> FloatArray:
    """(image, entry) ranks whose inner products are Spearman's correlations; NaN for a constant image."""
    ranks = average_ranks(activations)
    ranks -= ranks.mean(axis=1, keepdims=True)
    length = np.linalg.norm(ranks, axis=1, keepdims=True)
    return np.asarray(ranks / np.where(length > 0, length, np.nan))


def _constant_out(activations: npt.NDArray[Any]) -> FloatArray:
    found = _standardised(activations)
    return found[~np.isnan(found).any(axis=1)]
