"""What is told before a dictionary is fitted, and how wide it is where nobody says."""

import numpy as np
import pytest

from shiftscope.derived.tools.costs import costs, dead_uncentred
from shiftscope.derived.tools.default_size import default_size, directions

ROWS = np.random.default_rng(0).normal(size=(1000, 60)).astype(np.float32)


@pytest.mark.parametrize(
    ("kind", "units", "rows", "size"),
    [
        ("nmf", 60, 1000, 20),
        ("nmf", 12, 1000, 8),
        ("kmeans", 60, 10, 9),
        ("topk", 60, 1000, 60),
        ("batchtopk", 4, 1000, 8),
        ("topk", 5, 1000, 10),
    ],
)
def test_default_sizes(kind, units, rows, size):
    assert default_size(kind, ROWS[:rows, :units]) == size


def test_principal_components_are_the_directions_with_most_of_the_variance():
    rows = np.diag([3.0, 1.0, 0.9]).repeat(2, 0) * np.tile([[1], [-1]], (3, 1))  # variances 9 : 1 : 0.81
    assert directions(rows.astype(np.float32)) == 2
    assert directions(rows.astype(np.float32), 0.83) == 1
    assert default_size("pca", rows.astype(np.float32)) == 2
    assert directions(np.ones((4, 3), np.float32)) == 1


def test_a_large_mean_leaves_features_without_centring_dead():
    assert dead_uncentred(ROWS, 60, 16) == 0
    assert dead_uncentred(ROWS + 10, 60, 16) > 0.5


def test_the_mean_and_the_directions_are_told_before_fitting():
    said = " ".join(costs("topk", {"size": 240, "steps": 2}, ROWS[:300] + 1, seeds=1, samples=300))
    assert "times their spread, and is subtracted: with it" in said
    assert "directions of 60 units hold 90 % of the variance." in said
    assert "4 times as many features as units" in said
