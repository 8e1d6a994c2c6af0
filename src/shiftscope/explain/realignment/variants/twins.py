"""The orthogonal map that brings samples of the reference nearest to their twins in the shifted set."""

from __future__ import annotations

from shiftscope.explain.realignment.variant import Alignment, CannotAlign, Given, through, variant
from shiftscope.explain.realignment.variants.rotation import orthogonal


@variant("twins", least=lambda units, features: 8 * units)
def twins(given: Given) -> Alignment:
    """Of deviations from the means of the pairs; it sees turns that no covariance shows.

    References
    ----------
    Schönemann (1966), A generalized solution of the orthogonal Procrustes problem.
    """
    pairs = given.adapting.twins
    if pairs is None:
        raise CannotAlign("the samples have no twins in the reference")
    turn = orthogonal(pairs.covariance)
    return through(given, turn, turn.T, origin=pairs.mean_right, target=pairs.mean)
