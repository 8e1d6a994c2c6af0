"""What each part of a target reads, and how its number and its map come of that."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.model.output import pooled
from shiftscope.model.recorded_layer import RecordedLayer, layer_named
from shiftscope.model.target import (
    Channel,
    Direction,
    Feature,
    Logit,
    Neuron,
    Single,
    Sum,
    Target,
    checked_vector,
)
from shiftscope.model.units.kind import unit_kinds
from shiftscope.typed import as_whole_number


class Encoder(Protocol):
    """What makes a derived layer from the one behind it."""

    @property
    def behind(self) -> str:
        """That layer's name."""
        ...

    @property
    def units(self) -> int: ...

    @property
    def positions(self) -> bool:
        """Whether codes are made of the numbers at each position and pooled then."""
        ...

    @property
    def atoms(self) -> npt.NDArray[np.float32]:
        """(feature, unit) what one more of each feature adds to the responses."""
        ...

    def __call__(self, responses: torch.Tensor) -> torch.Tensor:
        """(row, feature) from (row, unit); differentiable."""


@dataclass(frozen=True)
class Term:
    """One part of a target: where it is read, and how the number and the map come of what is read there."""

    layer: RecordedLayer | None  # None for the logits
    number: Callable[[torch.Tensor], torch.Tensor]  # what is read there -> (sample,)
    places: Callable[[torch.Tensor], torch.Tensor]  # -> (sample, ...)
    target: Target
    weight: float = 1.0


@dataclass(frozen=True)
class KnownTargets:
    """What there is to be asked for."""

    layers: Mapping[str, RecordedLayer]
    categories: int
    encoders: Mapping[str, Encoder]
    deviation: Callable[[Target], float] | None

    def terms(self, target: Target, weight: float = 1.0) -> list[Term]:
        if isinstance(target, Sum):
            if not target.parts:
                raise BadRequest("a sum of no targets: give Sum([(weight, target), ...]).")
            return [each for part in target.parts for each in self._scaled(target, *part, weight)]
        return [dataclasses.replace(self._term(target), weight=weight)]

    def _scaled(self, of: Sum, weight: float, part: Target, outer: float) -> list[Term]:
        if of.scaled:
            if self.deviation is None:
                raise BadRequest(
                    "the targets of a sum cannot be scaled without a study: give Sum(..., scaled=False)."
                )
            weight /= self.deviation(part)
        return self.terms(part, outer * weight)

    def _term(self, target: Single) -> Term:
        if isinstance(target, Logit):
            return self._logit(target)
        if isinstance(target, (Neuron, Feature)) and target.layer in self.encoders:
            return self._feature(target)
        if isinstance(target, Feature):
            raise BadRequest(
                f"{target.layer!r} is no derived layer that can be computed here; there are "
                f"{', '.join(self.encoders) or 'none'}."
            )
        layer = layer_named(target.layer, self.layers)
        if layer.side == "derived":
            raise BadRequest(
                f"{target.layer!r} is derived: its units are features, Feature({target.layer!r}, unit). A direction of "
                f"codes is one of the layer behind it, {layer.behind!r}."
            )
        if isinstance(target, Direction):
            vector = torch.from_numpy(checked_vector(target, layer.units))
            if layer.rectify:  # the responses are, and the direction is one of responses
                plain = dataclasses.replace(layer, rectify=False)
                return _read_from(plain, target, lambda tensor, axis: _along(tensor.relu(), vector, axis))
            return _read_from(layer, target, lambda tensor, axis: _along(tensor, vector, axis))
        layer.check(target.unit)
        if isinstance(target, Neuron) and target.pool is not None:
            layer = _pooled_otherwise(layer, target.pool)
        if isinstance(target, Channel) and layer.kind != "neuron":
            layer = _pooled_otherwise(layer, "mean")
        return _read_from(layer, target, lambda tensor, axis: tensor.narrow(axis, target.unit, 1))

    def _logit(self, target: Logit) -> Term:
        if as_whole_number(target.category) is None or not 0 <= target.category < self.categories:
            raise BadRequest(
                f"no category {target.category!r}; there are {self.categories}, from 0 to {self.categories - 1}."
            )

        def number(logits: torch.Tensor) -> torch.Tensor:
            return logits[:, target.category]

        return Term(None, number, number, target)

    def _feature(self, target: Neuron | Feature) -> Term:
        if getattr(target, "pool", None) is not None:
            raise BadRequest(f"features of {target.layer!r} are not pooled: leave out pool=.")
        encode = self.encoders[target.layer]
        if not 0 <= target.unit < encode.units:
            units = f"{encode.units}, from 0 to {encode.units - 1}"
            raise NotInStudy(f"no unit {target.unit} in layer {target.layer!r}, which has {units}.")
        layer = layer_named(encode.behind, self.layers)

        def number(tensor: torch.Tensor) -> torch.Tensor:
            if encode.positions:
                return pooled_places(places(tensor)[:, None], layer.pool)[:, 0]
            return encode(pooled(tensor, layer).float())[:, target.unit]

        def places(tensor: torch.Tensor) -> torch.Tensor:
            at = positions_of(tensor, layer).movedim(1, -1)
            return encode(at.reshape(-1, at.shape[-1]).float())[:, target.unit].reshape(at.shape[:-1])

        return Term(layer, number, places, target)


def _read_from(
    layer: RecordedLayer, target: Target, one: Callable[[torch.Tensor, int], torch.Tensor]
) -> Term:
    """A term that reads one unit, which `one` takes out of an output along its axis, which stays."""
    axis = unit_kinds[layer.kind].unit_axis(layer.axes)

    def number(tensor: torch.Tensor) -> torch.Tensor:
        return _wide(pooled(one(tensor, axis), layer)[:, 0])

    def places(tensor: torch.Tensor) -> torch.Tensor:
        return _wide(positions_of(one(tensor, axis), layer)[:, 0])

    return Term(layer, number, places, target)


def _wide(numbers: torch.Tensor) -> torch.Tensor:
    return numbers if numbers.dtype == torch.float64 else numbers.float()


def positions_of(tensor: torch.Tensor, layer: RecordedLayer) -> torch.Tensor:
    """(sample, unit, ...) numbers at all positions, the middle being one of them."""
    pool = "mean" if layer.pool == "center" else layer.pool
    at = unit_kinds[layer.kind].places(tensor, layer.axes, pool)
    return torch.relu(at) if layer.rectify else at


def pooled_places(at: torch.Tensor, pool: str) -> torch.Tensor:
    """(sample, unit) numbers from those at all positions, (sample, unit, ...)."""
    if pool == "center":
        for _ in range(2, at.ndim):
            at = at.select(2, at.shape[2] // 2)
        return at
    flat = at.flatten(2)
    return flat.amax(2) if pool == "max" else flat.mean(2)


def _along(tensor: torch.Tensor, vector: torch.Tensor, axis: int) -> torch.Tensor:
    """The inner product along an axis, which stays with one number."""
    vector = vector.to(tensor.device, tensor.dtype)
    product: torch.Tensor = torch.tensordot(tensor.movedim(axis, -1), vector, dims=1)
    return product.unsqueeze(axis)


def _pooled_otherwise(layer: RecordedLayer, pool: str) -> RecordedLayer:
    pools = unit_kinds[layer.kind].pools
    if pool not in pools:
        raise BadRequest(
            f"pool={pool!r} for {layer.name!r}; a {layer.kind} has {' or '.join(map(repr, pools))}."
        )
    return dataclasses.replace(layer, pool=pool)
