"""The samples that move each unit most."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shiftscope.arrays import in_order
from shiftscope.summaries.summary import Block, axes, summaries

KEPT = 100  # samples a unit
LAST = np.int64(0xFFFFFFFF)  # positions are below this
NONE = np.iinfo(np.int64).min  # key of a rank that no sample took
PLACES = "row", "column", "token"


@summaries.named("top_samples")
@dataclass(frozen=True)
class TopSamples:
    """Strongest first; of equal responses the sample that comes first in the dataset.

    Fewer samples than ranks leave position -1 and response NaN. Of a unit that is read off a map, the place of each
    sample's maximum is kept: its row and column, or its number in a row of tokens; -1 where it is not known.
    """

    position: npt.NDArray[np.int64] = axes("rank", "unit", kind="i", low=-1, below="sample", rank=KEPT)
    response: npt.NDArray[np.float32] = axes("rank", "unit", rank=KEPT)
    row: npt.NDArray[np.int32] | None = axes("rank", "unit", kind="i", low=-1, optional=True, rank=KEPT)
    column: npt.NDArray[np.int32] | None = axes("rank", "unit", kind="i", low=-1, optional=True, rank=KEPT)
    token: npt.NDArray[np.int32] | None = axes("rank", "unit", kind="i", low=-1, optional=True, rank=KEPT)

    @classmethod
    def of(cls, block: Block) -> TopSamples:
        return cls._strongest(_keys(block.responses.T, block.positions[None, :]))

    def merge(self, later: TopSamples) -> TopSamples:
        keys = np.concatenate([_keys(s.response.T, s.position.T) for s in (self, later)], axis=1)
        merged = self._strongest(keys)
        both = np.concatenate([self.position, later.position])
        places = {
            name: np.concatenate([_or_unknown(top.places().get(name), top.position) for top in (self, later)])
            for name in PLACES
            if name in self.places() or name in later.places()
        }
        return merged.placed({"position": both, **places}) if places else merged

    def places(self) -> dict[str, npt.NDArray[np.int32]]:
        """The fields that tell the place of a maximum; empty where the unit is not read off a map."""
        told = {name: getattr(self, name) for name in PLACES}
        return {name: values for name, values in told.items() if values is not None}

    def placed(self, found: Mapping[str, npt.NDArray[Any]]) -> TopSamples:
        """With the places of those samples that `found` has: `position` (any, unit), and beside it fields of places.

        What is not in it stays as it is; a position that is there twice has the same place both times.
        """
        units = np.arange(self.position.shape[1]) << 32
        known, wanted = (found["position"] + units).ravel(), self.position + units
        order = np.argsort(known, kind="stable")
        at = np.append(order, 0)[np.searchsorted(known, wanted, sorter=order)]
        there = (self.position >= 0) & (np.append(known, -1)[at] == wanted)
        own, places = self.places(), {}
        for name, values in found.items():
            if name != "position":
                told = np.append(values, -1)[at].astype(np.int32)
                places[name] = np.where(there & (told >= 0), told, _or_unknown(own.get(name), self.position))
        return dataclasses.replace(self, **places)

    @classmethod
    def _strongest(cls, keys: npt.NDArray[np.int64]) -> TopSamples:
        units, samples = keys.shape
        top = np.full((units, KEPT), NONE)
        kept = min(KEPT, samples)
        if kept < samples:
            keys = np.partition(keys, samples - kept, axis=1)[:, samples - kept :]
        top[:, :kept] = np.sort(keys, axis=1)[:, ::-1]
        return cls(*_read(top.T))


def _or_unknown(
    places: npt.NDArray[np.int32] | None, position: npt.NDArray[np.int64]
) -> npt.NDArray[np.int32]:
    return np.full(position.shape, -1, np.int32) if places is None else places


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
