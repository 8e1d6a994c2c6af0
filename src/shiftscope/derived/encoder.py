"""Derived layers for a model at hand: codes as a differentiable function of the responses behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shiftscope.derived.derivation import Derivation, Rows, made_again
from shiftscope.store.derived_layer import read_learned
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class DerivedEncoder:
    """What makes a derived layer's codes from the layer behind it."""

    layer: str  # the one behind
    fitted: Derivation

    @property
    def units(self) -> int:
        return len(self.atoms)

    @property
    def atoms(self) -> Rows:
        """(feature, unit)"""
        return self.fitted.components_

    def __call__(self, responses: torch.Tensor) -> torch.Tensor:
        return self.fitted.encoded(responses)


def encoders(study: StoredStudy) -> dict[str, DerivedEncoder]:
    """Of every derived layer of a study, by name."""
    return {
        name: DerivedEncoder(
            derived.behind, made_again(derived.kind, derived.settings, read_learned(study.place, derived))
        )
        for name, derived in study.derived.items()
    }
