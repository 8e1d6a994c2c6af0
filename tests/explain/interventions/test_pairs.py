import math

import numpy as np
import pytest

from shiftscope.explain.interventions.pairs import Pairs
from shiftscope.statistics.wilson import wilson


def test_answers_are_counted_by_before_and_after():
    before = np.array([1, 1, 1, 0, 0, 0, 0], bool)
    after = np.array([1, 1, 0, 1, 0, 0, 0], bool)
    pairs = Pairs.of(before, after)
    assert pairs == Pairs(both_right=2, broken=1, fixed=1, both_wrong=3)
    assert (pairs.labelled, pairs.before, pairs.after) == (7, 3 / 7, 3 / 7)
    assert pairs.difference == 0


@pytest.mark.parametrize(
    ("pairs", "difference", "interval"),
    [
        # Fagerland, Lydersen & Laake (2014), Recommended tests and confidence intervals for paired binomial
        # proportions, Statistics in Medicine 33: the interval by squaring and adding, before minus after.
        (Pairs(1, 1, 7, 12), -0.286, (-0.507, -0.026)),
        (Pairs(59, 6, 16, 80), -0.0621, (-0.1186, -0.0046)),
    ],
)
def test_published_intervals_come_out(pairs, difference, interval):
    digits = 1e-3 if pairs.labelled == 21 else 1e-4
    assert -pairs.difference == pytest.approx(difference, abs=digits / 2)
    low, high = pairs.interval
    assert (-high, -low) == pytest.approx(interval, abs=digits / 2)


@pytest.mark.parametrize("pairs", [Pairs(20, 3, 9, 8), Pairs(5, 9, 9, 0), Pairs(0, 4, 0, 30)])
def test_turning_before_and_after_round_mirrors_the_interval(pairs):
    turned = Pairs(pairs.both_right, pairs.fixed, pairs.broken, pairs.both_wrong)
    low, high = pairs.interval
    assert turned.interval == pytest.approx((-high, -low))
    assert turned.p == pairs.p


@pytest.mark.parametrize("right", [0, 7, 20])
def test_an_interval_has_a_width_though_nothing_changed(right):
    low, high = Pairs(right, 0, 0, 20 - right).interval
    assert -1 <= low < 0 < high <= 1


@pytest.mark.parametrize("pairs", [Pairs(0, 5, 0, 0), Pairs(0, 0, 5, 0)])
def test_all_answers_changed_stays_a_difference_of_shares(pairs):
    low, high = pairs.interval
    assert -1 <= low < high <= 1


def test_uncorrelated_answers_have_the_interval_of_two_independent_shares():
    pairs = Pairs(25, 25, 25, 25)
    low, high = wilson(50, 100)
    assert pairs.interval == pytest.approx(
        (-np.hypot(0.5 - low, high - 0.5), np.hypot(0.5 - low, high - 0.5))
    )


def test_the_interval_holds_the_true_difference_nineteen_times_in_twenty():
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(150, [0.5, 0.05, 0.12, 0.33], size=2000)
    held = 0
    for both, broken, fixed, neither in drawn.tolist():
        low, high = Pairs(both, broken, fixed, neither).interval
        held += low <= 0.07 <= high
    assert 0.94 <= held / len(drawn) <= 0.97


def test_no_labelled_sample_is_nothing_to_measure():
    pairs = Pairs(0, 0, 0, 0)
    numbers = (pairs.before, pairs.after, pairs.difference, *pairs.interval, pairs.p)
    assert all(map(math.isnan, numbers))
