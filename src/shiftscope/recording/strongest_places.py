"""Where in a layer's map the strongest samples of each unit have their maximum, found batch by batch."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.model.grid import grid_of
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.units.kind import unit_kinds
from shiftscope.shard import StoredType
from shiftscope.summaries.top_samples import KEPT, LAST

TOGETHER = 256  # samples at least, after which those that stay are chosen
AT_ONCE = 2**16  # numbers of maps that are copied to be looked through


class StrongestPlaces:
    """Of one shard and layer: the samples that `top_samples` keeps, with the place of the first maximum in their maps.

    A map is only looked through where its sample may be among the strongest, as told by those before it: of a shard in
    random order one in seven. On CUDA all are, since to choose them would be waited for. In memory are the strongest
    and a few batches, no maps.
    """

    def __init__(self, layer: RecordedLayer, stored_as: StoredType) -> None:
        self._layer, self._grid = layer, grid_of(layer)
        self._stored_as: torch.dtype = getattr(torch, stored_as)
        self._samples = 0  # so far
        self._waiting: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._keys = torch.empty((layer.units, 0), dtype=torch.int64)
        self._places = torch.empty((layer.units, 0), dtype=torch.int32)
        self._room = torch.empty((0, 0))  # for copies of maps: new memory each time is ten times as slow
        self._bars = torch.full((layer.units,), -torch.inf)  # what a response has to pass

    def see(self, output: torch.Tensor, responses: torch.Tensor) -> None:
        """Take in a batch: what the layer gave, and the (sample, unit) responses that were read off it."""
        stored = responses.to(torch.float32).to(self._stored_as).to(torch.float32)
        maps = unit_kinds[self._layer.kind].places(output, self._layer.axes, self._layer.pool)
        if tuple(maps.shape[2:]) != self._grid:  # of another size than the picture that it was planned for
            places = torch.full_like(stored, -1, dtype=torch.int32)
        elif maps.is_cuda:
            places = maps.flatten(2).argmax(2).int()
        else:
            places = self._candidates(maps, stored)
        if not maps.is_cuda:  # not every other device orders whole numbers
            stored, places = stored.cpu(), places.cpu()
        self._waiting.append((stored, places))
        if sum(len(waiting) for waiting, _ in self._waiting) >= TOGETHER:
            self._settle()

    def found(self) -> dict[str, npt.NDArray[np.int64]]:
        """(rank, unit) `sample`, counted from 0 as they were seen, and `row` and `column`, or `token`."""
        if self._waiting:
            self._settle()
        keys, order = self._keys.sort(dim=1, descending=True)
        samples = LAST - (keys.T.cpu().numpy() & LAST)
        places = self._places.gather(1, order).T.cpu().numpy().astype(np.int64)
        if len(self._grid) == 1:
            return {"sample": samples, "token": places}
        known = places >= 0
        row, column = np.divmod(places, self._grid[1])
        return {"sample": samples, "row": np.where(known, row, -1), "column": np.where(known, column, -1)}

    def _candidates(self, maps: torch.Tensor, stored: torch.Tensor) -> torch.Tensor:
        """(sample, unit) places in a row; -1 of a sample that is not among the strongest."""
        places = torch.full(stored.shape, -1, dtype=torch.int32)
        chosen = (stored > self._bars.to(stored.device)).flatten().nonzero()[:, 0]
        step = max(1, AT_ONCE // math.prod(self._grid))
        for first in range(0, len(chosen), step):
            some = chosen[first : first + step]
            numbers = self._copied(maps, some)
            found = (numbers.float() if numbers.dtype == torch.bfloat16 else numbers).numpy().argmax(1)
            places.view(-1)[some.cpu()] = torch.from_numpy(found.astype(np.int32))
        return places

    def _copied(self, maps: torch.Tensor, some: torch.Tensor) -> torch.Tensor:
        """(some, place) numbers of the maps that have these numbers among all of the batch, on the host."""
        if not maps.is_contiguous() or maps.device.type != "cpu":
            return maps[some // maps.shape[1], some % maps.shape[1]].flatten(1).cpu()
        in_rows = maps.view(-1, math.prod(self._grid))
        if len(self._room) < len(some) or self._room.dtype != maps.dtype:
            self._room = maps.new_empty((len(some), in_rows.shape[1]))
        return torch.index_select(in_rows, 0, some, out=self._room[: len(some)])

    def _settle(self) -> None:
        """Keep the strongest of those that wait and of those before."""
        stored, places = (torch.cat(parts) for parts in zip(*self._waiting, strict=True))
        self._waiting.clear()
        rows = torch.arange(self._samples, self._samples + len(stored), device=stored.device)
        self._samples += len(stored)
        bits = (stored + 0.0).view(torch.int32)  # minus zero becomes zero
        keys = (_in_order(bits).long() << 32) + (int(LAST) - rows)[:, None]
        keys = torch.cat([self._keys.to(keys.device), keys.T], dim=1)
        places = torch.cat([self._places.to(places.device), places.T], dim=1)
        kept = min(KEPT, keys.shape[1])
        self._keys, at = torch.topk(keys, kept, dim=1, sorted=False)
        self._places = places.gather(1, at)
        if kept == KEPT:
            self._bars = _in_order((self._keys.amin(1) >> 32).int()).view(torch.float32)


def _in_order(bits: torch.Tensor) -> torch.Tensor:
    """Integers in the order of the numbers that have these bits; of such integers, the bits again."""
    return bits ^ ((bits >> 31) & torch.iinfo(torch.int32).max)
