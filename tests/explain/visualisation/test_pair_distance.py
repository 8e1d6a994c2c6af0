"""How unlike two pictures are to a layer."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from shiftscope.explain.visualisation.pair_distance import distance


def picture(before, *, at="conv", dead=False):
    return SimpleNamespace(before=None if before is None else np.array(before), at=at, dead=dead)


def test_one_less_the_correlation_of_ranks():
    # Ranks 1 2 3 and 1 3 2: 1 - 6 * 2 / (3 * 8) = 0.5.
    assert distance(picture([1.0, 2.0, 9.0]), picture([0.0, 7.0, 5.0])) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "other",
    [
        picture(None),
        picture([0.0, 7.0, 5.0], at="pool"),
        picture([0.0, 7.0]),
        picture([0.0, 7.0, 5.0], dead=True),
    ],
)
def test_of_what_is_not_to_be_compared_there_is_none(other):
    assert math.isnan(distance(picture([1.0, 2.0, 9.0]), other))
