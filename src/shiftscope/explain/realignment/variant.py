"""What a way of aligning is given and what it answers; each is one file in `variants/`, found by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shiftscope.explain.realignment.sums import AdaptingSums, Sums
from shiftscope.registry import Registry

FloatArray = npt.NDArray[np.float64]
LEAST_SAMPLES = 200
MOST_UNITS = 2048  # whose products are summed


@dataclass(frozen=True, eq=False)
class Given:
    """A dictionary, the reference that it was fitted on, and the rows of the shifted set that it is adapted on."""

    atoms: FloatArray  # (feature, unit)
    bias: FloatArray  # (unit,)
    reference: Sums
    adapting: AdaptingSums


@dataclass(frozen=True, eq=False)
class Alignment:
    """Rows are encoded as (rows - origin) @ read + target, and told as codes @ atoms + bias.

    `read`, `origin` and `target` are None where rows are encoded as they are.
    """

    atoms: FloatArray  # (feature, unit)
    bias: FloatArray  # (unit,)
    read: FloatArray | None = None  # (unit, unit)
    origin: FloatArray | None = None  # (unit,)
    target: FloatArray | None = None  # (unit,)
    note: str = ""  # what was left out


class CannotAlign(Exception):
    """Why a variant has no map for these rows."""


Align = Callable[[Given], Alignment]


@dataclass(frozen=True)
class Variant:
    name: str
    align: Align
    least: Callable[[int, int], int]  # rows, of the number of units and of features

    def rows_needed(self, units: int, features: int) -> int:
        return max(LEAST_SAMPLES, self.least(units, features))


variants: Registry[Variant] = Registry("variant of realignment", "shiftscope.explain.realignment.variants")


def variant(name: str, *, least: Callable[[int, int], int]) -> Callable[[Align], Align]:
    """Enter a way of aligning; it raises `CannotAlign` where it has no answer."""

    def enter(align: Align) -> Align:
        variants.register(name, Variant(name, align, least))
        return align

    return enter


def through(
    given: Given,
    forward: FloatArray,
    inverse: FloatArray,
    *,
    origin: FloatArray | None = None,
    target: FloatArray | None = None,
    note: str = "",
) -> Alignment:
    """Rows read through the inverse of a map of deviations, and told through the map.

    Parameters
    ----------
    forward, inverse : (unit, unit)
        From deviations of the reference to those of the shifted set, and back.
    origin, target : (unit,)
        What they are deviations from, in the shifted set and in the reference; the means where not given.
    """
    origin = given.adapting.responses.mean if origin is None else origin
    target = given.reference.mean if target is None else target
    return Alignment(
        given.atoms @ forward, (given.bias - target) @ forward + origin, inverse, origin, target, note
    )
