"""The samples that move each unit most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import in_order
from shiftscope.summaries.summary import Block, axes, summaries

KEPT = 100  # samples a unit
LAST = np.int64(0xFFFFFFFF)  # positions are below this
NONE = np.iinfo(np.int64).min  # key of a rank that no sample took


@summaries.named("top_samples")
@dataclass(frozen=True)
class TopSamples:
    """Strongest first; of equal responses the sample that comes first in the dataset.

    Fewer samples than ranks leave position -1 and response NaN.
    """

    position: npt.NDArray[np.int64] = axes("rank", "unit", kind="i", low=-1, below="sample", rank=KEPT)
    response: npt.NDArray[np.float32] = axes("rank", "unit", rank=KEPT)

    @classmethod
    def of(cls, block: Block) -> TopSamples:
        return cls._strongest(_keys(block.responses.T, block.positions[None, :]))

    def merge(self, later: TopSamples) -> TopSamples:
        keys = np.concatenate([_keys(s.response.T, s.position.T) for s in (self, later)], axis=1)
        return self._strongest(keys)

    @classmethod
    def _strongest(cls, keys: npt.NDArray[np.int64]) -> TopSamples:
        units, samples = keys.shape
        top = np.full((units, KEPT), NONE)
        kept = min(KEPT, samples)
        if kept < samples:
            keys = np.partition(keys, samples - kept, axis=1)[:, samples - kept :]
        top[:, :kept] = np.sort(keys, axis=1)[:, ::-1]
        return cls(*_read(top.T))


def _keys(responses: npt.NDArray[np.floating], positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """One integer each, larger for a larger response and, of equal ones, for the earlier position."""
    single = np.ascontiguousarray(responses, np.float32) + 0.0  # -0.0 becomes 0.0
    keys = (in_order(single.view(np.int32)).astype(np.int64) << 32) | (LAST - positions)
    return np.where(positions < 0, NONE, keys)


def _read(keys: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    responses = in_order((keys >> 32).astype(np.int32)).view(np.float32)
    missing = keys == NONE
    positions = np.where(missing, -1, LAST - (keys & LAST))
    return positions, np.where(missing, np.float32(np.nan), responses)
