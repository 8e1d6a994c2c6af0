"""What a picture is made for beside single units, and such objectives by their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shiftscope.model.recorded_layer import RecordedLayer
from shiftscope.model.terms import Term
from shiftscope.registry import Registry, defaults_of, refuse_unknown_options

Terms = Callable[..., list[Term]]  # of the layer, and the options -> what sums to the objective

objectives: Registry[Terms] = Registry("objective", "shiftscope.explain.visualisation.objectives")
objective_named = objectives.named


@dataclass(frozen=True, eq=False)
class Objective:
    """An objective of the registry with its options, for `ss.visualise`."""

    name: str
    layer: str
    options: dict[str, Any]

    def terms(self, layer: RecordedLayer) -> list[Term]:
        return objectives[self.name](layer, **self.options)

    def __str__(self) -> str:
        return f"{self.name} of {self.layer}"


def objective(name: str, layer: str, **options: Any) -> Objective:
    """What `ss.visualise` raises instead of a unit: `objective("layer", "layer3")`, `objective("direction", "layer4",
    vector=v)`.

    Raises
    ------
    BadRequest
        No such objective, or an option that it does not have.
    """
    refuse_unknown_options(name, defaults_of(objectives[name]), options)
    return Objective(name, layer, options)
