"""Confusions that grew, by hand."""

import numpy as np

from shiftscope.outcomes.grown_confusions import GrownConfusion, grown_beyond_chance, grown_confusions
from shiftscope.statistics.newcombe import newcombe

THERE = np.array([[8, 2, 0], [0, 10, 0], [0, 0, 0]])
HERE = np.array([[4, 6, 10], [1, 4, 0], [3, 0, 0]])


def test_the_largest_growth_comes_first_and_a_label_without_samples_is_left_out():
    found = grown_confusions(HERE, THERE, 9)
    assert found == [
        GrownConfusion(0, 2, (10, 20), (0, 10)),
        GrownConfusion(1, 0, (1, 5), (0, 10)),
        GrownConfusion(0, 1, (6, 20), (2, 10)),
    ]
    np.testing.assert_allclose([one.growth for one in found], [0.5, 0.2, 0.1])


def test_only_so_many_are_found_and_none_where_nothing_grew():
    assert [(one.actual, one.predicted) for one in grown_confusions(HERE, THERE, 1)] == [(0, 2)]
    assert grown_confusions(THERE, HERE, 9) == []


def test_those_that_grew_beyond_chance_are_those_whose_interval_is_above_zero():
    rng = np.random.default_rng(3)
    here, there = rng.integers(0, 30, (2, 6, 6))
    there[2] = 0
    expected = sum(
        newcombe(here[a, b], here[a].sum(), there[a, b], there[a].sum())[1] > 0
        for a in range(6)
        for b in range(6)
        if a != b and there[a].sum() and here[a, b]
    )
    assert 0 < grown_beyond_chance(here, there) == expected
    assert grown_beyond_chance(here, here) == 0
