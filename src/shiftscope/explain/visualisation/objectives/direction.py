"""A direction among the units of a layer, and how purely it is met."""

from __future__ import annotations

import numpy.typing as npt
import torch

from shiftscope.explain.visualisation.objective import objective_named
from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.target import Direction, checked_vector
from shiftscope.model.terms import Term
from shiftscope.model.units.kind import unit_kinds
from shiftscope.typed import finite_number

LEAST = 0.1  # cosine that counts: below it there would be no gradient


@objective_named("direction")
def direction(layer: RecordedLayer, *, vector: npt.ArrayLike, power: float = 2.0) -> list[Term]:
    """Mean over places of the inner product with `vector` (unit,), times a power of the cosine with it.

    References
    ----------
    Olah et al. (2018), The Building Blocks of Interpretability; the power as in Lucid's `direction_cossim`.

    Raises
    ------
    BadRequest
        The vector does not fit the layer, or the power is below 0.
    """
    finite_number("power", power)
    target = Direction(layer.name, vector)
    wanted = torch.from_numpy(checked_vector(target, layer.units))
    axis = unit_kinds[layer.kind].unit_axis(layer.axes)

    def number(tensor: torch.Tensor) -> torch.Tensor:
        at = tensor.movedim(axis, -1)
        to = wanted.to(at.device, at.dtype)
        product = at @ to
        cosine = product / (at.norm(dim=-1) * to.norm() + 1e-12)
        met = product * cosine.clamp(min=LEAST) ** power
        mean: torch.Tensor = met.reshape(len(met), -1).mean(1)
        return mean

    return [Term(layer, number, number, target)]
