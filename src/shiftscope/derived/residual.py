"""Codes of what another dictionary leaves of a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from shiftscope.derived.derivation import Derivation, Rows, derivation, learned, made_again
from shiftscope.derived.tools.blocks import in_blocks
from shiftscope.derived.tools.dictionary import Dictionary

if TYPE_CHECKING:
    import torch

OWN, BEFORE = "own_", "before_"  # what the names of arrays begin with that the two dictionaries have learned


@derivation("residual")
class Residual(Dictionary):
    """A dictionary of the residuals of another one, made of both by `residual`.

    Parameters
    ----------
    size, seed
        Of the dictionary of residuals.
    kind, settings
        Of it, with its further parameters.
    before, before_kind, before_settings
        Name, kind and parameters of the dictionary whose residuals are told.
    before_digest
        Of that dictionary.
    """

    def __init__(
        self,
        size: int = 10,
        seed: int = 0,
        kind: str = "pca",
        settings: Mapping[str, Any] | None = None,
        before: str = "",
        before_kind: str = "pca",
        before_settings: Mapping[str, Any] | None = None,
        before_digest: str = "",
    ) -> None:
        self.size, self.seed, self.kind, self.settings = size, seed, kind, settings
        self.before, self.before_kind, self.before_settings = before, before_kind, before_settings
        self.before_digest = before_digest

    def fit(self, X: Rows, y: None = None) -> Self:
        """Raises `ValueError`: it has nothing to fit but what its two dictionaries have learned."""
        raise ValueError("say whose residuals of which dataset: residual_of=, dataset=.")

    def codes_of(self, rows: Rows) -> Rows:
        own, before = self._own, self._before
        return in_blocks(rows, lambda block: own.transform(residuals(before, block)), len(self.components_))

    def encoded(self, responses: torch.Tensor) -> torch.Tensor:
        """`transform` as torch does it, differentiable."""
        import torch

        before = self._before
        atoms, mean = (torch.from_numpy(each).to(responses) for each in (before.components_, before.mean_))
        return self._own.encoded(responses - before.encoded(responses) @ atoms - mean)

    @property
    def _own(self) -> Derivation:
        settings = {**(self.settings or {}), "size": self.size, "seed": self.seed}
        return made_again(self.kind, settings, self._beginning(OWN))

    @property
    def _before(self) -> Derivation:
        return made_again(self.before_kind, self.before_settings or {}, self._beginning(BEFORE))

    def _beginning(self, prefix: str) -> dict[str, npt.NDArray[Any]]:
        return {
            name.removeprefix(prefix): each
            for name, each in vars(self).items()
            if name.startswith(prefix) and name.endswith("_")
        }


def residuals(fitted: Derivation, rows: Rows) -> Rows:
    """(row, unit) what a dictionary leaves of each row."""

    def left(block: Rows) -> Rows:
        told: Rows = np.asarray(
            block - (fitted.transform(block) @ fitted.components_ + fitted.mean_), np.float32
        )
        return told

    return in_blocks(rows, left, rows.shape[1])


def residual(settings: Mapping[str, Any], own: Derivation, before: Derivation) -> Residual:
    """Of a fitted dictionary of residuals and the one whose residuals it was fitted on."""
    made = Residual(**settings)
    made.components_, made.mean_ = own.components_, own.mean_
    for prefix, fitted in ((OWN, own), (BEFORE, before)):
        for name, array in learned(fitted).items():
            setattr(made, prefix + name, array)
    return made
