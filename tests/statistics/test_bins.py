from math import nan

import numpy as np
import pytest

from shiftscope.statistics.bins import bin_of, quantile_edges

LOST = (0.01, 0.05, 0.15, 0.35, 0.60)


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (-0.2, 0),
        (0.0, 0),
        (0.0099, 0),
        (0.01, 1),
        (0.05, 2),
        (0.149, 2),
        (0.35, 4),
        (0.6, 5),
        (1.0, 5),
        (nan, None),
    ],
)
def test_a_number_at_an_edge_is_in_the_bin_above(loss, expected):
    assert bin_of(loss, LOST) == expected


def test_quantile_bins_hold_as_many_values_each():
    values = np.random.default_rng(0).permutation(60).astype(float)
    edges = quantile_edges([*values, nan], 6)
    np.testing.assert_allclose(edges, np.quantile(values, [1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6]))
    assert np.bincount([bin_of(value, edges) for value in values]).tolist() == [10] * 6


def test_equal_values_are_in_one_bin():
    assert quantile_edges([2.0, 2.0, 2.0, 2.0], 6) == []
    assert quantile_edges([nan, 1.0], 6) == []
    edges = quantile_edges([1.0] * 5 + [2.0], 6)
    assert [bin_of(value, edges) for value in (1.0, 2.0)] == [0, len(edges)]
