"""With which of several weights, and up to which response, the two pictures of a use are drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shiftscope.explain.visualisation.belief.reached import reached
from shiftscope.explain.visualisation.differences.one_strength import (
    by_weight,
    equally_strong,
    of_halves,
    of_one_strength,
)
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from tests.explain.visualisation.made import made

QUESTION = PictureQuestion("lab", "hidden", 3, "maco", {}, 4, 2, use=("field", "conv", 1))
HELD_OUT = np.arange(1.0, 101.0) / 50  # of which 1.98 is the 99th in a hundred


def picture(response: float):
    return replace(made(response), reached=reached(response, HELD_OUT))


class Drawn:
    """Pictures of these responses after all steps, by weight; at a level they stop just above it."""

    def __init__(self, responses: dict[float, tuple[float, float]], overshoot: float = 1.001) -> None:
        self.responses, self.overshoot = responses, overshoot
        self.asked: list[tuple[float, float | None, float | None]] = []

    def __call__(self, asked):
        self.asked.append((asked[0].weight, asked[0].level, asked[1].level))
        whole = self.responses.get(asked[0].weight)
        if whole is None:
            return None
        one, other = (
            each if question.level is None else question.level * self.overshoot
            for question, each in zip(asked, whole, strict=True)
        )
        return picture(one), picture(other)


def test_the_direction_weighs_less_each_time_for_both_pictures_alike():
    asked = list(by_weight(QUESTION))
    assert [(plus.weight, minus.weight) for plus, minus in asked] == [
        (each, each) for each in (1.0, 0.5, 0.25, 0.125)
    ]
    assert {(plus.use, minus.use) for plus, minus in asked} == {(("field", "conv", 1), ("field", "conv", -1))}


def test_the_stronger_picture_stops_where_the_weaker_one_ends():
    drawn = Drawn({1.0: (3.0, 2.5)})
    (plus, minus), (shifted, reference) = of_one_strength(QUESTION, drawn)
    assert (plus.level, minus.level) == (2.5, None)
    assert (shifted.score, reference.score) == (pytest.approx(2.5025), 2.5)
    assert drawn.asked == [(1.0, None, None), (1.0, 2.5, None)]


def test_the_first_weight_of_which_both_are_strong_is_taken_and_none_is_drawn_after_it():
    drawn = Drawn({1.0: (1.9, 3.0), 0.5: (2.1, 2.4), 0.25: (3.0, 3.0), 0.125: (3.0, 3.0)})
    (plus, minus), found = of_one_strength(QUESTION, drawn)
    assert (plus.weight, plus.level, minus.level) == (0.5, None, 2.1)
    assert equally_strong(found)
    assert drawn.asked == [(1.0, None, None), (0.5, None, None), (0.5, None, 2.1)]


@pytest.mark.parametrize(
    ("whole", "overshoot"), [((1.9, 3.0), 1.001), ((2.5, 3.0), 1.02)], ids=["weak", "not stopped in time"]
)
def test_where_none_is_of_one_strength_the_full_weight_is_taken_with_all_steps(whole, overshoot):
    drawn = Drawn(dict.fromkeys((1.0, 0.5, 0.25, 0.125), whole), overshoot)
    (plus, minus), found = of_one_strength(QUESTION, drawn)
    assert (plus.weight, plus.level, minus.level) == (1.0, None, None)
    assert (found[0].score, found[1].score) == whole
    assert not equally_strong(found)


def test_what_is_not_drawn_to_the_end_is_none():
    assert of_one_strength(QUESTION, Drawn({})) is None
    assert of_one_strength(QUESTION, Drawn({1.0: (1.0, 1.0), 0.5: (1.0, 1.0)})) is None


def test_one_strength_is_within_a_hundredth_and_above_what_few_samples_reach():
    assert equally_strong((picture(2.0), picture(2.019)))
    assert not equally_strong((picture(2.0), picture(2.021)))
    assert not equally_strong((picture(1.9), picture(1.9)))
    assert not equally_strong((made(2.0), made(2.0)))


def test_halves_of_the_reference_have_the_weight_and_the_level_of_the_pair():
    lighter = replace(QUESTION, weight=0.5)
    for each in of_halves(lighter, "lab", 2, 2.1):
        assert (each.weight, each.level, each.division, each.use[:2]) == (0.5, 2.1, 2, ("lab", "conv"))
