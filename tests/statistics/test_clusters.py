"""Pairs of one original count as one."""

import numpy as np

from shiftscope.statistics.clusters import Clusters


def test_effects_are_averaged_within_the_original():
    clusters = Clusters.of(np.array([3, 3, 5, 9, 9, 9]))
    assert len(clusters) == 3
    np.testing.assert_array_equal(clusters.sizes, [2, 1, 3])
    np.testing.assert_allclose(
        clusters.mean(np.array([[1.0], [3.0], [7.0], [1.0], [2.0], [6.0]])), [[2], [7], [3]]
    )


def test_pairs_alone_stay_as_they_are():
    effects = np.ones((4, 2))
    assert Clusters.of(np.arange(4)).mean(effects) is effects
    assert Clusters.single(4).mean(effects) is effects


def test_no_pairs_are_no_originals():
    assert len(Clusters.of(np.empty(0, np.intp))) == 0
