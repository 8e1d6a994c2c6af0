"""How unlike two pictures are to a layer."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from shiftscope.explain.visualisation.course import Course
from shiftscope.explain.visualisation.pair_distance import PairDistance, distance, pair_distance


def picture(before, *, at="conv", dead=False, course=None):
    return SimpleNamespace(
        before=None if before is None else np.array(before), at=at, dead=dead, course=course
    )


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


def test_a_pair_is_apart_where_no_division_of_the_reference_is_as_far():
    found = PairDistance(0.5, (0.25, 0.125), "conv")
    assert found.apart
    assert found.by_chance == pytest.approx(1 / 3)
    assert found.farthest == 0
    assert found.in_words() == (
        "the two pictures differ more than two halves of the reference do in each of 2 divisions, as without a shift "
        "about 1 pair in 3 would: they are 0.5 apart in conv, those of the halves 0.25 and 0.12"
    )
    assert found.numbers() == {
        "distance": 0.5,
        "distance_of_halves": [0.25, 0.125],
        "further_apart": True,
        "further_apart_by_chance": pytest.approx(1 / 3),
    }


def test_a_pair_that_is_no_further_than_one_division_says_nothing():
    found = PairDistance(0.25, (0.125, 0.25, 0.5), "conv")
    assert not found.apart
    assert found.farthest == 2
    assert found.sentence("lab", number="{:.3f}".format) == (
        "The two pictures differ no more than two halves of lab do in 2 of 3 divisions, so that what differs between "
        "them says nothing of the shift: they are 0.250 apart in conv, those of the halves 0.125, 0.250 and 0.500."
    )


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (
            0.5,
            "the two pictures differ more than two halves of lab do, as without a shift about 1 pair in 2 would: they "
            "are 0.5 apart in conv, those of the halves 0.25",
        ),
        (
            0.25,
            "the two pictures differ no more than two halves of lab do, so that what differs between them says nothing "
            "of the shift: they are 0.25 apart in conv, those of the halves 0.25",
        ),
        (math.nan, "how far apart the two pictures are in conv is not known"),
    ],
)
def test_one_division_is_said_alone(pair, said):
    assert PairDistance(pair, (0.25,), "conv").in_words("lab") == said


def test_divisions_without_a_distance_do_not_count():
    found = PairDistance(0.5, (math.nan, 0.25))
    assert found.apart
    assert (found.by_chance, found.farthest) == (0.5, 1)
    assert found.numbers()["distance_of_halves"] == [None, 0.25]
    unknown = PairDistance(0.5, (math.nan, math.nan))
    assert not unknown.known
    assert not unknown.apart
    assert unknown.farthest == 0
    assert unknown.in_words() == "how far apart the two pictures are is not known"
    assert unknown.numbers()["further_apart"] is unknown.numbers()["further_apart_by_chance"] is None


def test_each_division_has_the_distance_of_its_own_two_pictures():
    straight, crossed = picture([0.0, 1.0, 2.0]), picture([0.0, 2.0, 1.0])
    found = pair_distance((straight, crossed), [(straight, straight), (crossed, straight)])
    assert found == PairDistance(pytest.approx(0.5), pytest.approx((0.0, 0.5)), "conv")


def test_a_division_that_misses_the_level_is_to_be_exceeded_and_does_not_count():
    found = PairDistance(0.5, (0.25, 0.125), "conv", (False, True))
    assert found.apart
    assert found.by_chance == 0.5  # of one division and the pair
    assert found.in_words("lab").endswith(
        "in each of 2 divisions, as without a shift about 1 pair in 2 would: they are 0.5 apart in conv, those of the "
        "halves 0.25 and 0.12; in 1 of 2 divisions a picture does not drive the unit as strongly as these, and "
        "such a division does not count in how rare that is"
    )
    assert found.numbers()["level_missed_by_halves"] == [False, True]
    farther = PairDistance(0.5, (0.25, 0.75), "conv", (False, True))
    assert not farther.apart
    assert farther.in_words("lab").endswith(
        "halves 0.25 and 0.75; in 1 of 2 divisions a picture does not drive the unit as strongly as these"
    )
    none = PairDistance(0.5, (0.25, 0.125), "conv", (True, True))
    assert not none.apart
    assert none.in_words() == (
        "how far apart the two pictures are in conv is not known; in 2 of 2 divisions a picture does not drive the "
        "unit as strongly as these"
    )


def test_pictures_miss_a_level_below_it_and_above_it():
    def stopped(response, level=2.0):
        return picture([1.0, 2.0, 9.0], course=Course(np.array([0.0, response]), level))

    pair, met = (stopped(2.0, math.inf), stopped(2.01)), stopped(2.01)
    halves = [(met, met), (met, stopped(1.9)), (stopped(2.1), met)]
    assert pair_distance(pair, halves).missed == (False, True, True)
    whole = stopped(1.0, math.inf)
    assert pair_distance((whole, whole), [(whole, whole)]).missed == ()
