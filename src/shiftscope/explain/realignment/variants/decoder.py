"""Atoms that tell the shifted set better from the codes as they are."""

from __future__ import annotations

import numpy as np

from shiftscope.explain.realignment.variant import Alignment, Given, variant

RIDGE = 0.1  # times the mean variance of the codes


@variant("decoder", least=lambda units, features: 4 * features)
def decoder(given: Given) -> Alignment:
    """Ridge regression of what the dictionary leaves on its codes: every code stays, and atoms move."""
    codes, residuals = given.adapting.codes, given.adapting.residuals
    covariance = codes.covariance
    ridge = RIDGE * float(np.trace(covariance)) / len(covariance)
    change = np.zeros_like(given.atoms)
    if ridge > 0:
        change[:] = np.linalg.solve(covariance + ridge * np.eye(len(covariance)), residuals.covariance)
    return Alignment(given.atoms + change, given.bias + residuals.mean_right - codes.mean @ change)
