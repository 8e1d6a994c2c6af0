"""Derived layers for a model at hand: codes as a differentiable function of the responses behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shiftscope.derived.derivation import Derivation, Rows, made_again
from shiftscope.store.stored_study import StoredStudy

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class DerivedEncoder:
    """What makes a derived layer's codes from the layer behind it."""

    behind: str
    fitted: Derivation
    positions: bool = False  # whether codes are made at each position and pooled then

    @property
    def units(self) -> int:
        return len(self.atoms)

    @property
    def atoms(self) -> Rows:
        """(feature, unit)"""
        return self.fitted.components_

    def __call__(self, responses: torch.Tensor) -> torch.Tensor:
        return self.fitted.encoded(responses)


class Encoders(Mapping[str, DerivedEncoder]):
    """Of every derived layer of a study, by name; each is read when it is first asked for."""

    def __init__(self, study: StoredStudy) -> None:
        self._study = study
        self._read: dict[str, DerivedEncoder] = {}  # by the digest of the layer

    def __getitem__(self, name: str) -> DerivedEncoder:
        derived = self._study.derived[name]
        if derived.digest not in self._read:
            fitted = made_again(derived.kind, derived.settings, self._study.learned(name))
            self._read[derived.digest] = DerivedEncoder(derived.behind, fitted, derived.positions)
        return self._read[derived.digest]

    def __iter__(self) -> Iterator[str]:
        return iter(self._study.derived)

    def __len__(self) -> int:
        return len(self._study.derived)
