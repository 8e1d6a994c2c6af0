"""Areas under the curve, against hand arithmetic."""

import numpy as np
import pytest

from shiftscope.statistics.auroc import auroc
from shiftscope.statistics.wilson import Z, wilson


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ([3, 4], [1, 2], 1),
        ([1, 2], [3, 4], 0),
        ([1, 1], [1, 1], 0.5),
        ([2, 4], [1, 3], 3 / 4),  # 2 is above 1 alone, 4 above both
        ([2, 2], [1, 2, 3], 1.5 / 3),  # above one, level with one
        ([2, np.nan], [1, np.nan], 1),
    ],
)
def test_it_is_the_share_of_pairs_in_which_ours_is_larger_ties_counted_half(ours, theirs, expected):
    assert auroc(ours, theirs).value == expected


def test_turning_the_sets_round_turns_the_interval_round():
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=40), rng.normal(1, 1, 25)
    first, second = auroc(one, other), auroc(other, one)
    np.testing.assert_allclose([first.low, first.high], [1 - second.high, 1 - second.low], atol=1e-12)
    assert first.low < first.value < first.high


def test_of_one_pair_the_interval_is_that_of_one_answer():
    """The error of one pair is that of a share of one, whose interval is Wilson's."""
    found = auroc([1], [0])
    assert found.low == pytest.approx(1 / (1 + Z**2))
    assert (found.low, found.high) == pytest.approx(tuple(map(float, wilson(1, 1))))


def test_its_ends_lie_as_many_errors_away_as_the_level_says():
    found = auroc([2, 4, 6, 8], [1, 3, 5])
    assert found.value == 9 / 12  # 1, 2, 3 and 3 of the three
    for end in (found.low, found.high):
        others = (4 + 3) / 2 - 1
        error = np.sqrt(
            end * (1 - end) * (1 + others * (1 - end) / (2 - end) + others * end / (1 + end)) / (4 * 3)
        )
        assert abs(found.value - end) == pytest.approx(Z * error)


def test_of_nothing_there_is_none():
    found = auroc([np.nan], [1.0])
    assert np.isnan([found.value, found.low, found.high]).all()
