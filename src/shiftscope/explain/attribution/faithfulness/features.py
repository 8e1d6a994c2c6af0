"""What is removed from an input, one at a time: places, groups of places, or wavelet coefficients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import torch

from shiftscope.errors import BadRequest, ShapeError


class Features(Protocol):
    """The features of inputs of one shape, numbered from 0."""

    count: int

    def scores(self, maps: torch.Tensor) -> torch.Tensor:
        """(sample, ..., feature) of maps (sample, ..., channel, *place), or (sample, *place) without channels."""
        ...

    def shown(self, inputs: torch.Tensor, fill: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
        """Rows of inputs with what is not kept replaced by the fill.

        Parameters
        ----------
        inputs, fill : (row, ...)
        kept : (row, feature) of bool
        """
        ...


class Groups:
    """Places that are removed together, all channels at once; every place is a group of its own unless told.

    Parameters
    ----------
    shape
        Of one sample: (feature,) or (channel, *place).
    labels : (*place)
        The group of each place, from 0 on.
    """

    def __init__(self, shape: Sequence[int], labels: torch.Tensor | None = None) -> None:
        self.shape = tuple(shape)
        self.places = self.shape[1:] or self.shape
        if labels is None:
            labels = torch.arange(math.prod(self.places)).reshape(self.places)
        if tuple(labels.shape) != self.places or labels.is_floating_point() or int(labels.min()) < 0:
            raise ShapeError(
                f"groups are whole numbers from 0 on, one for each place of {self.places}; these are "
                f"{tuple(labels.shape)} of {labels.dtype}."
            )
        self.labels = labels.flatten()
        self.count = int(self.labels.max()) + 1

    def scores(self, maps: torch.Tensor) -> torch.Tensor:
        """(..., feature) sums over the places and channels of each group."""
        by_place = maps.sum(dim=-len(self.shape)) if _channels(maps, self.shape) else maps
        by_place = by_place.flatten(-len(self.places))
        labels = self.labels.to(maps.device).expand(by_place.shape)
        return maps.new_zeros((*by_place.shape[:-1], self.count)).scatter_add_(-1, labels, by_place)

    def shown(self, inputs: torch.Tensor, fill: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
        mask = kept[:, self.labels.to(kept.device)].reshape(len(kept), *self.places)
        return torch.where(mask if inputs.ndim == mask.ndim else mask.unsqueeze(1), inputs, fill)


def cells(shape: Sequence[int], grid: int) -> Groups:
    """Groups of a sample of that shape: `grid` equal parts along each axis of places, one a place where it is
    shorter."""
    places = tuple(shape)[1:] or tuple(shape)
    labels = torch.zeros(places, dtype=torch.int64)
    for axis, length in enumerate(places):
        parts = min(grid, length)
        along = torch.arange(length) * parts // length
        labels = labels * parts + along.reshape(-1, *[1] * (len(places) - axis - 1))
    return Groups(shape, labels)


class Coefficients:
    """Coefficients of an orthonormal wavelet transform of (channel, *place), all channels together.

    In the order of the approximation, then the details from coarse to fine; of pictures the horizontal, vertical and
    diagonal ones of each level.
    """

    def __init__(
        self, shape: Sequence[int], *, wavelet: str = "haar", level: int = 3, mode: str = "reflect"
    ) -> None:
        import pywt

        self.shape, self.places, self.mode = tuple(shape), tuple(shape)[1:], mode
        bank = pywt.Wavelet(wavelet)
        if not bank.orthogonal:
            raise BadRequest(
                f"{wavelet} is not orthonormal; give haar, or one of the db, sym or coif families."
            )
        if not self.places or min(self.places) < 2 or mode == "periodization":
            raise BadRequest(f"no coefficients of samples of shape {self.shape} in the mode {mode!r}.")
        largest = pywt.dwt_max_level(min(self.places), bank)
        if not 1 <= level <= largest:
            raise BadRequest(
                f"level {level} asked for; {self.places} with {wavelet!r} has levels 1 to {largest}."
            )
        self._levels = [_Level(self.places, bank, mode)]
        for _ in range(level - 1):
            self._levels.append(_Level(self._levels[-1].coarse, bank, mode))
        self.count = len(self._analysed(torch.zeros(1, 1, *self.places), "zero")[0, 0])

    def scores(self, maps: torch.Tensor) -> torch.Tensor:
        """(..., feature) of maps that are gradients: absolute values of those of the coefficients, summed over
        channels."""
        channels, before = _channels(maps, self.shape), maps.shape[: -len(self.places)]
        analysed = self._analysed(maps.reshape(1, -1, *self.places), "zero")
        values = analysed.reshape(*before, self.count).abs()
        return values.sum(-2) if channels else values

    def flattened(self, bands: Sequence[Any]) -> torch.Tensor:
        """(sample, feature) of bands without channels: an approximation, and a dictionary of details a level."""
        approximation, *details = bands
        arrays = [approximation] + [each[name] for each in details for name in _details(each)]
        return torch.cat([torch.as_tensor(np.asarray(array)).flatten(1) for array in arrays], dim=1)

    def shown(self, inputs: torch.Tensor, fill: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
        difference = self._analysed(inputs - fill, self.mode)
        return fill + self._synthesised(difference * kept.unsqueeze(1))

    def _analysed(self, values: torch.Tensor, mode: str) -> torch.Tensor:
        """(sample, channel, feature)"""
        found: list[torch.Tensor] = []
        for each in self._levels:
            bands = each.analysed(values, mode)
            values = bands.pop("a" * len(self.places))
            found[:0] = [bands[name].flatten(2) for name in _details(bands)]
        return torch.cat([values.flatten(2), *found], dim=2)

    def _synthesised(self, flat: torch.Tensor) -> torch.Tensor:
        axes = len(self.places)
        names = _details(dict.fromkeys(_combinations(axes)))
        sizes = [each.coarse for each in self._levels[::-1]]
        parts = torch.split(
            flat, [math.prod(sizes[0])] + [math.prod(size) for size in sizes for _ in names], dim=2
        )
        before, following = flat.shape[:2], iter(parts[1:])
        values = parts[0].reshape(*before, *sizes[0])
        for each in self._levels[::-1]:
            bands = {name: next(following).reshape(*before, *each.coarse) for name in names}
            values = each.synthesised({"a" * axes: values, **bands})
        return values


class _Level:
    """One level of the transform as a matrix for each axis, low-pass and high-pass, which any device multiplies by."""

    def __init__(self, places: Sequence[int], bank: Any, mode: str) -> None:
        import pywt

        self.places, self.bank = tuple(places), bank
        self.coarse = tuple(pywt.dwt_coeff_len(length, bank.dec_len, mode) for length in places)

    @cached_property
    def _back(self) -> list[dict[str, torch.Tensor]]:
        """For each axis, by a or d, (place, coefficient)."""
        import pywt

        found = []
        for length, coarse in zip(self.places, self.coarse, strict=True):
            one = np.eye(coarse)
            low = pywt.idwt(one, None, self.bank, "zero", axis=0)[:length]
            high = pywt.idwt(None, one, self.bank, "zero", axis=0)[:length]
            found.append({"a": torch.from_numpy(low), "d": torch.from_numpy(high)})
        return found

    def analysed(self, values: torch.Tensor, mode: str) -> dict[str, torch.Tensor]:
        import pywt

        bands = {"": values}
        for axis, length in enumerate(self.places, start=2):
            low, high = map(torch.from_numpy, pywt.dwt(np.eye(length), self.bank, mode, axis=0))
            bands = {
                name + kind: _along(band, matrix, axis)
                for name, band in bands.items()
                for kind, matrix in (("a", low), ("d", high))
            }
        return bands

    def synthesised(self, bands: dict[str, torch.Tensor]) -> torch.Tensor:
        for axis in reversed(range(len(self.places))):
            back = self._back[axis]
            bands = {
                name: _along(bands[name + "a"], back["a"], axis + 2)
                + _along(bands[name + "d"], back["d"], axis + 2)
                for name in dict.fromkeys(name[:-1] for name in bands)
            }
        return bands[""]


def _along(values: torch.Tensor, matrix: torch.Tensor, axis: int) -> torch.Tensor:
    return torch.movedim(torch.movedim(values, axis, -1) @ matrix.T.to(values), -1, axis)


def _combinations(axes: int) -> list[str]:
    return [""] if axes == 0 else [first + rest for first in "ad" for rest in _combinations(axes - 1)]


def _details(bands: dict[str, Any]) -> list[str]:
    """Names of the details of a level, horizontal first where there are two axes (high-pass over rows)."""
    names = [name for name in bands if set(name) != {"a"}]
    order = {"h": 0, "da": 0, "v": 1, "ad": 1, "d": 2, "dd": 2}
    return sorted(names, key=lambda name: (order.get(name, 0), name))


def _channels(maps: torch.Tensor, shape: tuple[int, ...]) -> bool:
    """Whether maps have the axis of channels; raises `ShapeError` for maps of other samples."""
    if maps.shape[1:] == (shape[1:] or shape):
        return False
    if maps.shape[-len(shape) :] == shape:
        return len(shape) > 1
    raise ShapeError(f"maps of {tuple(maps.shape)} for samples of {shape}.")
