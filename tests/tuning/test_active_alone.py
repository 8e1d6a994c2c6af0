"""Tests of units that are active in one dataset alone."""

from __future__ import annotations

import numpy as np

from shiftscope.tuning.active_alone import active_alone


def test_a_unit_is_of_one_dataset_alone_between_the_two_bounds() -> None:
    before = np.array([0.5, 0.0, 0.011, 0.01, 0.5, np.nan])
    after = np.array([0.0, 0.02, 0.0009, 0.0, 0.001, 0.5])
    lost, new = active_alone(before, after)
    assert lost.tolist() == [0, 2]
    assert new.tolist() == [1]
