"""Which of several weights the two pictures of a use are given with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from shiftscope.explain.visualisation.differences.weighed import equally_strong, largest_weight, of_both_signs
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stopped import Stopped
from tests.explain.visualisation.made import made

QUESTION = PictureQuestion("lab", "hidden", 3, "maco", {}, 4, 2, use=("field", "conv", 1))


def pair(*responses: float):
    """That were to reach 2."""
    first, second = (replace(made(), stopped=Stopped(2.0, np.array([0.0, each]))) for each in responses)
    return first, second


def test_the_direction_weighs_less_each_time_for_both_pictures_alike():
    asked = list(of_both_signs(QUESTION))
    assert [(plus.weight, minus.weight) for plus, minus in asked] == [
        (each, each) for each in (1.0, 0.5, 0.25, 0.125)
    ]
    assert {(plus.use, minus.use) for plus, minus in asked} == {(("field", "conv", 1), ("field", "conv", -1))}


def test_the_first_pair_of_one_strength_is_taken_and_none_is_drawn_after_it():
    pairs = [pair(1, 3), pair(2, 2.5), pair(3, 3), pair(3, 3)]
    drawn = iter(zip(of_both_signs(QUESTION), pairs, strict=True))
    (plus, _), found = largest_weight(drawn)
    assert plus.weight == 0.5
    assert equally_strong(found)
    assert len(list(drawn)) == 2


def test_where_none_is_of_one_strength_the_full_weight_is_taken():
    pairs = [pair(1, 1), pair(1, 3), pair(3, 1), pair(1, 1)]
    (plus, _), found = largest_weight(zip(of_both_signs(QUESTION), pairs, strict=True))
    assert (plus.weight, found) == (1.0, pairs[0])
    assert not equally_strong(found)
    assert largest_weight([]) is None
    assert not equally_strong((made(), made()))
