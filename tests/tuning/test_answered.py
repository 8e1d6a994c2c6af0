"""What a unit answers to, on profiles written by hand."""

import numpy as np
import pytest

from shiftscope.tuning.answered import answered


def told(before, after):
    return answered(np.array(before, float), np.array(after, float))


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        ([10, 1, 1, 0], [0, 1, 1, 10], "other"),
        ([10, 9, 1, 0], [9, 10, 1, 0], "same"),  # another largest, the same profile
        ([4, 2, 1, 1], [6, 3, 1.5, 1.5], "everything"),
        ([4, 2, 1, 1], [10, 2, 1, 1], "more"),  # 14 over 8, but three did not rise
        ([4, 2, 1, 1], [2, 1, 0.5, 0.5], "less"),
        ([4, 2, 1, 1], [3, 2, 1, 1], "same"),
        ([3, 1, -1, 0], [5, 2, -1.2, 0], "more"),  # 5.8 over 3, but one fell
        ([4, 1, 1, 1], [-4, -4, -4, -1], "same"),  # -13 over 7 is no ratio
        ([0, 0, 0], [1, 2, 3], "same"),  # it was silent, so nothing can be said of ratios
    ],
)
def test_how_its_answers_changed(before, after, way):
    assert told(before, after).way == way


def test_what_it_answered_to_are_the_means_near_the_largest_at_most_three():
    found = told([10, 8, 7.9, 1, 0], [9, 10, 8, 8.5, 0])
    assert found.before == [0, 1]
    assert found.after == [1, 0, 3]
    assert told([0, 0], [1, 0]).before == []


def test_categories_that_either_lacks_are_left_out():
    found = told([10, np.nan, 2, 4], [5, 50, 1, np.nan])
    assert (found.before, found.after, found.ratio) == ([0], [0], 0.5)
    assert found.correlation == pytest.approx(1)
    assert told([np.nan, 1], [1, np.nan]).way == "same"


@pytest.mark.parametrize(
    ("before", "after", "ratio"),
    [
        ([-4.0, -5.0], [-5.0, -6.0], np.nan),
        ([4.0, 3.0], [-6.0, -7.0], np.nan),
        ([4.0, 3.0], [2.0, -2.0], np.nan),  # a mean of 0 that is not silence
        ([4.0, 3.0], [0.0, 0.0], 0),
        ([3.0, -1.0], [2.0, -1.0], 0.5),
    ],
)
def test_means_below_zero_have_no_ratio(before, after, ratio):
    np.testing.assert_equal(told(before, after).ratio, ratio)
