"""The mean of what the dictionary leaves, added to its bias."""

from __future__ import annotations

from shiftscope.explain.realignment.variant import Alignment, Given, variant


@variant("bias", least=lambda units, features: 0)
def bias(given: Given) -> Alignment:
    """Codes and atoms stay."""
    return Alignment(given.atoms, given.bias + given.adapting.residuals.mean_right)
