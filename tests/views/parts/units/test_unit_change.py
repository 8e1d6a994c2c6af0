import numpy as np
import pytest

from shiftscope.tuning.answered import answered
from shiftscope.views.parts.units.unit_change import change_in_words

NAMES = ("cat", "frog", "ship")


@pytest.mark.parametrize(
    ("before", "after", "beside", "named"),
    [
        ([8, 1, 1], [1, 8, 1], "answered to cat, now answers to frog",
         "answered to cat; under fog it answers to frog"),
        ([8, 4, 4], [16, 8, 8], "(cat) responds more to everything: mean × 2.0",
         "(cat) responds more to everything under fog: mean × 2.0"),
        ([8, 1, 1], [20, 1, 1], "(cat) responds more: mean × 2.2", "(cat) responds more under fog: mean × 2.2"),
        ([8, 1, 1], [3, 0, 0], "(cat) goes quiet: mean × 0.30", "(cat) goes quiet under fog: mean × 0.30"),
        ([8, 1, 1], [0, 0, 0], "(cat) goes silent", "(cat) goes silent under fog"),
        ([8, 1, 1], [8, 1, 1], "", ""),
    ],
)  # fmt: skip
def test_the_same_words_with_and_without_the_name_of_the_set(before, after, beside, named):
    told = answered(np.array(before, float), np.array(after, float))
    assert change_in_words(told, NAMES) == beside
    assert change_in_words(told, NAMES, "fog") == named
