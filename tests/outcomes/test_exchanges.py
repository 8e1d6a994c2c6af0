"""Where wrong answers go, on tables written by hand."""

import numpy as np
import pytest

from shiftscope.outcomes.exchanges import largest_confusion, takers, trading_places


def table(*rows):
    return np.array(rows, np.int64)


SWAPPED = table([0, 10, 0, 0], [1, 0, 9, 0], [0, 0, 10, 0], [0, 0, 0, 10])


def test_categories_that_send_nearly_all_to_different_ones_trade_places():
    assert trading_places(SWAPPED) == [(0, 1), (1, 2)]


def test_the_largest_comes_first_and_equal_ones_in_order():
    assert trading_places(table([0, 8, 0], [0, 0, 20], [8, 0, 0])) == [(1, 2), (0, 1), (2, 0)]


@pytest.mark.parametrize(
    "confusions",
    [
        table([0, 0, 10, 0], [0, 0, 10, 0], [0, 0, 10, 0], [0, 0, 0, 10]),  # both to the same one
        table([0, 10, 0, 0], [0, 10, 0, 0], [0, 0, 10, 0], [0, 0, 0, 10]),  # one of four
        table([3, 7, 0, 0], [0, 3, 7, 0], [0, 0, 10, 0], [0, 0, 0, 10]),  # seven of ten
        table([0, 10], [0, 10]),  # one of two, and nothing comes back
        np.zeros((4, 4), np.int64),
    ],
)
def test_others_do_not(confusions):
    assert trading_places(confusions) == []


def test_one_prediction_that_takes_half_of_the_wrong_answers_is_named_alone():
    found = takers(table([5, 0, 6, 1], [0, 5, 2, 1], [1, 1, 5, 0], [0, 4, 0, 5]))
    assert (found.predictions, found.share, found.labels) == ([2], 8 / 16, [0, 1])


def test_two_are_named_where_one_does_not_and_labels_are_none_of_them():
    found = takers(table([9, 2, 2, 1], [0, 9, 4, 1], [0, 3, 9, 0], [2, 1, 0, 9]))
    assert (found.predictions, found.share) == ([1, 2], 12 / 16)
    assert found.labels == [0, 3]


@pytest.mark.parametrize("confusions", [np.eye(3, dtype=np.int64), 10 * np.eye(6, dtype=np.int64) + 1])
def test_without_wrong_answers_or_where_they_spread_nobody_takes_them(confusions):
    assert takers(confusions) is None


def test_the_largest_confusion_is_counted():
    assert largest_confusion(SWAPPED) == (0, 1, 10)
    assert largest_confusion(np.eye(3, dtype=np.int64)) is None
    assert largest_confusion(np.zeros((0, 0), np.int64)) is None
