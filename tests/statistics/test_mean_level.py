"""Tests of the mean level of shares."""

from __future__ import annotations

import numpy as np

from shiftscope.statistics.mean_level import mean_level


def test_levels_count_from_the_finest() -> None:
    shares = np.array([[1, 0, 0, 0], [0, 0, 0, 1], [0.25, 0.25, 0.25, 0.25]])
    np.testing.assert_array_equal(mean_level(shares), [0, 3, 1.5])
    np.testing.assert_array_equal(mean_level(shares[:, None]), [[0], [3], [1.5]])
