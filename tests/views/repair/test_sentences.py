"""What the page of a repair says, of numbers written down by hand."""

import numpy as np
import pytest

from shiftscope.explain.interventions.intervention import Answers
from shiftscope.explain.interventions.repair import Repair, RepairQuestion
from shiftscope.explain.interventions.steps import Steps
from shiftscope.statistics.split import FIT, HELD_OUT
from shiftscope.views.page.panels import plain
from shiftscope.views.repair.sentences import (
    alone,
    amount,
    argues_for,
    beyond_margin,
    headline,
    how_many_needed,
    lede,
    mean_ratio,
    turned,
    who_is_helped,
)

# Of each set (both right, broken, fixed, both wrong) on the held-out half, as of a ResNet on CIFAR-10.
NOISE, TEST, BLUR = (144, 19, 44, 143), (291, 12, 3, 44), (132, 5, 3, 210)
SEARCHED = (90, 4, 1, 5)  # of test


def answers(*halves):
    """Answers to samples of category 0, half by half: (both right, broken, fixed, both wrong)."""
    before = np.concatenate([np.repeat([0, 0, 1, 1], counts) for counts in halves])
    after = np.concatenate([np.repeat([0, 1, 0, 1], counts) for counts in halves])
    return Answers(np.zeros(len(before), np.int64), before, after)


def repaired(
    noise=NOISE,
    test=TEST,
    blur=BLUR,
    *,
    units=(61, 54),
    right=(163, 187, 188),
    searched=(75, 90, 91),
    margin=0.01,
):
    question = RepairQuestion("layer3", "noise", "test", margin, 20, 0)
    halves = np.repeat([FIT, HELD_OUT], [100, 350])
    steps = Steps(np.array([searched, right], np.int64), np.array([73, 13]), np.array([29, 20]))
    told = {"test": test, "noise": noise, "blur": blur}
    return Repair(
        question,
        units,
        (61, 54),
        steps,
        {name: answers(SEARCHED, counts) for name, counts in told.items()},
        dict.fromkeys(told, halves),
    )


def test_the_heading_says_what_is_given_and_what_it_costs():
    assert (
        headline(repaired(), 64)
        == "Silencing 2 of 64 units of layer3 gives noise 7.1 points back, and costs test 2.6 points"
    )
    harms_another = repaired(test=(300, 3, 3, 44), blur=(132, 15, 1, 202))  # (1 - 15) / 350
    assert (
        headline(harms_another, 64)
        == "Silencing 2 of 64 units of layer3 gives noise 7.1 points back, and costs blur 4 points"
    )
    # 147 and 133 of 350; McNemar of 15 against 1: 2 (1 + 16) / 2 ** 16.
    assert harms_another.in_words().endswith(" It harms blur: from 42.0 % to 38.0 % (McNemar p 0.00052).")
    kept = repaired(test=(300, 3, 3, 44))  # whose interval holds zero
    assert headline(kept, 64) == "Silencing 2 of 64 units of layer3 gives noise 7.1 points back"
    assert headline(repaired(units=(61,)), 64).startswith("Silencing unit 61 of layer3, one of 64, gives")
    assert headline(repaired(units=()), 64) == "No set of units surely helps noise"
    chance = repaired(noise=(144, 19, 20, 167))
    assert headline(chance, 64) == "Silencing 2 of 64 units of layer3 does not surely help noise"


def test_the_lede_has_the_numbers_of_the_half_that_was_not_searched():
    assert plain(lede(repaired())) == (
        "On samples the search never saw, noise goes from 46.6 % to 53.7 % (+2.7 to +11.5 points): 44 fixed, 19 "
        "broken, p 0.0022. It stays 33 points below test."  # 303 - 188 of 350
    )
    # Of 100 searched 25 were wrong and 9 still are; of 350 held out 163 were right and 160 are.
    assert lede(repaired(noise=(163, 0, 0, 187), units=(), right=(163, 164, 160))) == (
        "No set of units of layer3 surely helps noise within the margin: what the search gained did not hold in "
        "cross-validation. In the search, silencing units 61, 54 takes the errors from 25 to 9; on the held-out half, "
        "which has no say, it takes noise from 46.6 % to 45.7 %. Nothing is silenced: noise stays at 46.6 %."
    )


def test_a_gain_of_five_samples_is_said_to_be_too_small_to_be_sure_of():
    # Five of nine errors at the first step, and no more at the second: 2 / 2 ** 5 = 0.0625 where none is broken.
    found = repaired(units=(), searched=(91, 96, 96), right=(163, 221, 230))
    assert found.in_words() == (
        "No set of units of layer3 surely helps noise within the margin: its gain in the search is too small to be "
        "sure of (McNemar p 0.062 at best). In the search, silencing unit 61 takes the errors from 9 to 4; on the "
        "held-out half, which has no say, it takes noise from 46.6 % to 63.1 %; in both it fixes 73 and breaks 29."
    )
    assert (
        how_many_needed(found) == "Not chosen, though unit 61 gains 17 points on samples the search never saw"
    )


def test_a_reference_that_lost_more_than_it_may_is_warned_of():
    assert beyond_margin(repaired()) == (
        "test may lose 1 point and loses 2.6 (−5.0 to −0.3). In the search it lost 3."
    )
    assert beyond_margin(repaired(margin=0.03)) == ""
    assert beyond_margin(repaired(margin=0.0)).startswith("test may lose nothing and loses 2.6")


def test_the_sets_that_are_surely_helped_or_harmed_are_named():
    assert who_is_helped(repaired()) == "Helps noise, nothing else; costs test"
    assert who_is_helped(repaired(blur=NOISE, test=(303, 0, 0, 47))) == "Helps noise and blur"
    assert who_is_helped(repaired(noise=BLUR, test=(303, 0, 0, 47))) == "Helps no set surely"


@pytest.mark.parametrize(
    ("right", "units", "said"),
    [
        ((163, 187, 188), (61, 54), "Unit 61 makes 6.9 of the 7.1 points"),  # 24 and 25 of 350
        ((163, 170, 188), (61, 54), "2 units are needed"),
        ((163, 188, 188), (61,), "Unit 61 makes all of the 7.1 points"),
        ((163, 160, 163), (61, 54), "Nothing is gained on samples the search never saw"),
        ((163, 187, 160), (), "Nothing is gained on samples the search never saw"),
        ((163, 187, 188), (), "Not chosen, though 2 units gain 7.1 points on samples the search never saw"),
    ],
)
def test_one_unit_or_several_make_the_gain(right, units, said):
    assert how_many_needed(repaired(right=right, units=units)) == said


def test_each_unit_by_itself():
    assert (
        alone(repaired())
        == "alone, on all 450 of noise: unit 61 fixes 73 and breaks 29; unit 54 fixes 13 and breaks 20"
    )
    assert alone(repaired(units=())) == ""


def test_a_unit_argues_for_the_categories_well_above_its_mean_weight():
    names = ("frog", "bird", "cat", "dog")
    assert argues_for(np.array([2.0, 1.5, -1.0, -1.0]), names) == "argues for frog and bird"
    assert argues_for(np.array([2.0, 0.5, -1.0, -1.0]), names) == "argues for frog"
    assert argues_for(np.zeros(4), names) == ""


def test_how_many_times_the_mean():
    assert mean_ratio(2.3, 1.0) == "×2.3"
    assert mean_ratio(1.0, 0.0) == mean_ratio(np.nan, 1.0) == ""


def test_what_was_turned_into_what():
    labels, before, after = (
        np.array([0, 0, 1, 2, 2, 2]),
        np.array([2, 2, 0, 2, 2, 2]),
        np.array([0, 0, 1, 1, 0, 0]),
    )
    told = Answers(labels, before, after)
    said = turned(told, told.fixed, told.broken, ("cat", "dog", "frog"))
    assert (
        said
        == "2 of the fixed had been called frog, and 1 had been called cat; most often broken: frog → cat"
    )
    assert turned(told, told.fixed[:0], told.broken[:0], ("cat", "dog", "frog")) == ""


@pytest.mark.parametrize(
    ("share", "written"), [(0.0714, "7.1"), (0.07, "7"), (0.123, "12"), (0.0996, "10"), (0.0, "0")]
)
def test_points_have_one_decimal_under_ten(share, written):
    assert amount(share) == written
