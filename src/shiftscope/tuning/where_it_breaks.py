"""The layer by which a network has lost half of what it loses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

LEAST_SHARE = 0.5  # of the resamples that name a layer; below it none is named


@dataclass(frozen=True)
class Break:
    """Where the loss arises.

    Parameters
    ----------
    layer
        The first with half of the last one's loss; None where less than half of the resamples agree, or nothing is
        lost.
    shares
        Of the resamples that name each layer, the largest first; empty without resamples.
    """

    layer: str | None
    shares: Mapping[str, float] = field(default_factory=dict)


def where_it_breaks(
    layers: Sequence[str],
    losses: npt.NDArray[np.float64],
    resampled: npt.NDArray[np.float64] | None = None,
) -> Break:
    """The first layer, in the order of the network, with at least half of the last one's loss.

    Not the one with the largest step, which is noise where nothing happens yet.

    Parameters
    ----------
    losses : (layer,)
        1 less the median kept area of the layer's units.
    resampled : (layer, resample)
        The same samples in each layer; without them the losses themselves name the layer.
    """
    if resampled is None or not resampled.size:
        (named,) = _first_with_half(losses[:, None])
        return Break(layers[named] if named >= 0 else None)
    named = _first_with_half(resampled)
    found, counts = np.unique(named[named >= 0], return_counts=True)
    largest_first = np.argsort(-counts, kind="stable")
    shares = {layers[found[place]]: float(counts[place] / len(named)) for place in largest_first}
    first = next(iter(shares), None)
    return Break(first if first is not None and shares[first] >= LEAST_SHARE else None, shares)


def _first_with_half(losses: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """(resample,) place of the layer; -1 where the last one loses nothing."""
    last = losses[-1]
    first = np.argmax(losses >= last / 2, axis=0)
    return np.where(last > 0, first, -1)
