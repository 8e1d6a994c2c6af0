"""Compiled functions where nothing can be kept on the disk."""

import numpy as np

from shiftscope.jit import compiled


def test_without_a_place_for_it_nothing_is_kept_and_all_is_computed(monkeypatch):
    monkeypatch.setattr("numba.core.caching.FunctionCache._impl_class._locator_classes", [])

    def doubled(numbers):
        total = 0.0
        for number in numbers:
            total += 2 * number
        return total

    assert compiled(doubled)(np.arange(4.0)) == 12
