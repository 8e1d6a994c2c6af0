"""Each unit's mean and deviation brought to those of the reference."""

from __future__ import annotations

import numpy as np

from shiftscope.explain.realignment.variant import Alignment, Given, through, variant

LEAST, MOST = 0.1, 10.0  # ratios of deviations


@variant("scale", least=lambda units, features: 2 * units)
def scale(given: Given) -> Alignment:
    """Unit by unit; one that does not vary in both sets keeps its deviation."""
    ours, theirs = (np.diag(sums.covariance) for sums in (given.adapting.responses, given.reference))
    ratio, both = np.ones(len(ours)), given.adapting.responses.varies & given.reference.varies
    ratio[both] = np.clip(np.sqrt(ours[both] / theirs[both]), LEAST, MOST)
    return through(given, np.diag(ratio), np.diag(1 / ratio))
