"""Which units a score finds changed beyond chance."""

import numpy as np
import pytest

from shiftscope.scores.estimation.beyond_chance import beyond_chance
from shiftscope.scores.estimation.estimate import Estimate
from shiftscope.scores.score import unit_scores

NAN = np.nan


def found(score, low, high, **more):
    low, high = np.array(low, float), np.array(high, float)
    given = {name: np.array(values, float) for name, values in more.items()}
    return beyond_chance(unit_scores[score], Estimate((low + high) / 2, low, high, **given)).tolist()


def test_a_score_that_tests_goes_by_its_false_discovery_share():
    assert found("shift_auroc", [0.6] * 4, [0.7] * 4, q=[0.049, 0.05, 1, NAN]) == [True, False, False, False]


def test_another_one_by_an_interval_without_the_value_that_means_no_change():
    assert found("novelty", [0.1, -0.1, -0.3, NAN], [0.3, 0.1, -0.2, NAN]) == [True, False, True, False]


def test_a_floor_is_what_sampling_makes_of_no_change_and_flat_units_have_no_order():
    floor, flat = [0.2, 0.2, 0.2, NAN], [0.01, 0.01, 0.5, 0.01]
    assert found("spurious", [0.3, 0.1, 0.6, 0.6], [0.5, 0.5, 0.9, 0.9], floor=floor, flat_p=flat) == [
        True,
        False,
        False,
        False,
    ]
    # no change is a correlation of 1, sampling alone makes 0.9 of it
    assert found("profile_correlation", [0.2, 0.2], [0.8, 0.95], floor=[0.9, 0.9], flat_p=[0, 0]) == [
        True,
        False,
    ]


@pytest.mark.parametrize("score", ["wasserstein", "activation_ratio", "selectivity", "profile_entropy"])
def test_scores_that_chance_alone_keeps_from_no_change_or_that_compare_nothing_find_no_unit(score):
    assert found(score, [0.3, 2.0], [0.5, 3.0]) == [False, False]
