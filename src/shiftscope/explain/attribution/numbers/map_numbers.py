"""Numbers of one sample's map: where it lies, how focused it is, what of it lies on a mask, how like another it is.

Maps are (sample, row, column) and not negative; each is read as shares of its own sum. Places are the centres of pixels
as shares of height and width. NaN for a map that is zero everywhere, or holds NaN.
"""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.statistics.spearman import spearman

Maps = npt.NDArray[Any]  # (sample, row, column)
SampleArray = npt.NDArray[np.float64]  # (sample,)

TOP = 0.05  # of the pixels, whose overlap is compared
WINDOW = 11  # pixels to a side, in which structure is compared


def map_row(maps: Maps) -> SampleArray:
    """(sample,) height of the map's centre, 0 at the upper edge and 1 at the lower."""
    return np.asarray(map_shares(maps).sum(axis=2) @ _centres(maps.shape[1]))


def map_column(maps: Maps) -> SampleArray:
    """(sample,) place of the map's centre from the left edge, 0, to the right, 1."""
    return np.asarray(map_shares(maps).sum(axis=1) @ _centres(maps.shape[2]))


def map_spread(maps: Maps) -> SampleArray:
    """(sample,) root mean square distance from the map's centre, in shares of height and width."""
    shares = map_shares(maps)
    variance = sum(
        (shares.sum(axis=other) * (_centres(maps.shape[axis]) - centre[:, None]) ** 2).sum(axis=1)
        for axis, other, centre in ((1, 2, map_row(maps)), (2, 1, map_column(maps)))
    )
    return np.asarray(np.sqrt(variance))


def map_area(maps: Maps) -> SampleArray:
    """(sample,) share of the picture that an equally strong map without gradation would cover; 1 if uniform."""
    shares = map_shares(maps)
    return np.asarray(1 / (shares[0].size * (shares**2).sum(axis=(1, 2))))


def on_mask_share(maps: Maps, masks: npt.NDArray[np.bool_]) -> SampleArray:
    """(sample,) share of the map inside `masks`, of the maps' shape or one (row, column) for all."""
    return np.asarray((map_shares(maps) * masks).sum(axis=(1, 2)))


def on_mask_enrichment(maps: Maps, masks: npt.NDArray[np.bool_]) -> SampleArray:
    """(sample,) share on the mask over the mask's share of the area: 1 by chance; NaN for an empty or full mask."""
    area = np.broadcast_to(masks, maps.shape).mean(axis=(1, 2))
    some = (area > 0) & (area < 1)
    no_answer = np.full(len(maps), np.nan)
    return np.asarray(np.divide(on_mask_share(maps, masks), area, out=no_answer, where=some))


def coarse_share(scale_share: npt.NDArray[Any]) -> SampleArray:
    """(sample,) share in the approximation and the coarsest detail of (sample, level) shares."""
    return np.asarray(scale_share[:, -2:].sum(axis=1), np.float64)


def structural_similarity(ours: Maps, theirs: Maps) -> SampleArray:
    """(sample,) SSIM of two maps, each divided by its sum, over square windows that lie inside; 1 for equal maps.

    The range of values is the larger of the two maps' maxima; windows of small maps are as large as the map.

    References
    ----------
    Wang, Bovik, Sheikh & Simoncelli (2004), Image Quality Assessment: From Error Visibility to Structural Similarity.
    """
    a, b = map_shares(ours), map_shares(theirs)
    largest = np.maximum(a.max(axis=(1, 2)), b.max(axis=(1, 2)))[:, None, None]
    c1, c2 = (0.01 * largest) ** 2, (0.03 * largest) ** 2
    mean_a, mean_b = _window_means(a), _window_means(b)
    variance_a, variance_b = _window_means(a * a) - mean_a**2, _window_means(b * b) - mean_b**2
    covariance = _window_means(a * b) - mean_a * mean_b
    alike = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
    alike /= (mean_a**2 + mean_b**2 + c1) * (variance_a + variance_b + c2)
    return np.asarray(alike.mean(axis=(1, 2)))


def map_correlation(ours: Maps, theirs: Maps) -> SampleArray:
    """(sample,) Spearman correlation of all pixels; NaN where a map is the same everywhere."""
    a, b = (map_shares(maps).reshape(len(maps), -1) for maps in (ours, theirs))
    return spearman(a, b)


def top_overlap(ours: Maps, theirs: Maps, *, top: float = TOP) -> SampleArray:
    """(sample,) pixels among the strongest share `top` of both maps over those among it in either (Jaccard)."""
    a, b = _top(map_shares(ours), top), _top(map_shares(theirs), top)
    overlap = (a & b).sum(axis=1) / (a | b).sum(axis=1)
    measured = np.isfinite(map_shares(ours).sum(axis=(1, 2)) + map_shares(theirs).sum(axis=(1, 2)))
    return np.where(measured, overlap, np.nan)


def map_shares(maps: Maps) -> npt.NDArray[np.float64]:
    """(sample, row, column) each map over its own sum."""
    total = maps.sum(axis=(1, 2), dtype=np.float64)[:, None, None]
    return np.asarray(maps / np.where(total > 0, total, np.nan), np.float64)


def _centres(length: int) -> npt.NDArray[np.float64]:
    return (np.arange(length) + 0.5) / length


def _top(maps: Maps, top: float) -> npt.NDArray[np.bool_]:
    """(sample, pixel) whether among the strongest; of equals the one nearer the upper left."""
    flat = maps.reshape(len(maps), -1)
    order = np.argsort(-flat, axis=1, kind="stable")[:, : ceil(top * flat.shape[1])]
    chosen = np.zeros(flat.shape, bool)
    np.put_along_axis(chosen, order, True, axis=1)
    return chosen


def _window_means(maps: Maps) -> npt.NDArray[np.float64]:
    for axis in (1, 2):
        window = min(WINDOW, maps.shape[axis])
        maps = np.lib.stride_tricks.sliding_window_view(maps, window, axis=axis).mean(axis=-1)
    return maps
