"""What can be explained: anything that gives one number for a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.errors import BadRequest
from shiftscope.typed import as_whole_number


@dataclass(frozen=True)
class Neuron:
    """A recorded unit: its response to a sample, as it was recorded or pooled otherwise."""

    layer: str
    unit: int
    pool: str | None = None  # as recorded where None

    def __str__(self) -> str:
        return f"{self.layer}:{self.unit}"


@dataclass(frozen=True)
class Channel:
    """The map of one channel, before pooling; its number is the mean over the map."""

    layer: str
    unit: int

    def __str__(self) -> str:
        return f"{self.layer}:{self.unit} (map)"


@dataclass(frozen=True, eq=False)
class Direction:
    """The inner product of a layer's output with a (unit,) vector, at each position; pooled as the layer is."""

    layer: str
    vector: npt.ArrayLike

    def __str__(self) -> str:
        return f"a direction in {self.layer}"


@dataclass(frozen=True)
class Feature:
    """One unit of a derived layer."""

    layer: str
    unit: int

    def __str__(self) -> str:
        return f"{self.layer}:{self.unit}"


@dataclass(frozen=True)
class Logit:
    """The logit of a category; the logarithm of its probability where the model gives probabilities."""

    category: int

    def __str__(self) -> str:
        return f"logit {self.category}"


@dataclass(frozen=True)
class Sum:
    """A weighted sum of targets, each divided by its deviation over the reference's fit half if `scaled`."""

    parts: Sequence[tuple[float, Target]]
    scaled: bool = True

    def __str__(self) -> str:
        return " + ".join(f"{weight:g} x {part}" for weight, part in self.parts)


Single = Neuron | Channel | Direction | Feature | Logit
Target = Single | Sum


def as_target(given: Target | str | int) -> Target:
    """A target itself, the unit at an address `LAYER:INDEX` (cut at the last colon), or the logit of a category.

    Raises
    ------
    BadRequest
        It is none of these.
    """
    if isinstance(given, Target):
        return given
    category = as_whole_number(given)
    if category is not None:
        return Logit(category)
    if isinstance(given, str):
        layer, _, unit = given.rpartition(":")
        if layer and unit.isascii() and unit.isdecimal():
            return Neuron(layer, int(unit))
    raise BadRequest(
        f"{given!r} is no target. Give a unit's address such as 'layer4:17', the number of a category, or one of "
        "Neuron, Channel, Direction, Feature, Logit and Sum."
    )


def checked_vector(target: Direction, units: int) -> npt.NDArray[np.float32]:
    """(unit,) the direction's vector; raises `BadRequest` where it does not fit the layer."""
    vector = np.asarray(target.vector, np.float32)
    if vector.shape != (units,) or not np.isfinite(vector).all():
        raise BadRequest(
            f"a direction of shape {vector.shape} for layer {target.layer!r}, which has {units} units: give one "
            "finite number for each."
        )
    return vector
