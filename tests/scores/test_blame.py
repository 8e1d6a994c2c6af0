"""Blame by hand, against SciPy, and through the head of a study."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from shiftscope.arrays import NO_LABEL
from shiftscope.scores.blame import blame
from shiftscope.scores.estimation.estimate_units import estimate_units


def of_one_prediction(wrong, right):
    return blame(wrong, right, (np.zeros(len(wrong), int), np.zeros(len(right), int)))


@pytest.mark.parametrize(("spread", "larger"), [(2.0, "Welch"), (0.5, "Student")])
def test_p_is_the_larger_of_scipys_welch_and_student_tests(spread, larger):
    rng = np.random.default_rng(0)
    wrong, right = rng.normal(0.3, spread, (20, 4)), rng.normal(0, 1, (70, 4))
    by_welch, by_student = (
        stats.ttest_ind(wrong, right, equal_var=equal, axis=0).pvalue for equal in (False, True)
    )
    measured = of_one_prediction(wrong, right)
    np.testing.assert_allclose(measured.value, wrong.mean(axis=0) - right.mean(axis=0))
    np.testing.assert_allclose(measured.p, by_welch if larger == "Welch" else by_student)


def test_one_wrong_answer_is_no_test():
    measured = of_one_prediction(np.array([[2.0]]), np.array([[1.0], [0.0]]))
    np.testing.assert_array_equal(measured.value, [1.5])
    np.testing.assert_array_equal(measured.p, [np.nan])
    assert np.isnan(measured.influences[0]).all()  # nor does it tell how sure the value is


def test_a_unit_that_contributes_a_constant_is_not_tested():
    np.testing.assert_array_equal(of_one_prediction(np.zeros((3, 1)), np.zeros((3, 1))).p, [np.nan])


def test_predictions_are_compared_one_by_one():
    # As 0: wrong 4 and 6 against right 1, so 4 apart, of weight 2/3. As 1: 10 against 8 and 9 and 10, so 1 apart, of
    # weight 3/4. As 2 all are right, as 3 all are wrong: nothing to compare.
    wrong, of_wrong = np.array([[4.0], [6.0], [10.0], [99.0]]), np.array([0, 0, 1, 3])
    right, of_right = np.array([[8.0], [1.0], [9.0], [10.0], [-99.0]]), np.array([1, 0, 1, 1, 2])
    measured = blame(wrong, right, (of_wrong, of_right))
    np.testing.assert_allclose(measured.value, (4 * 2 / 3 + 1 * 3 / 4) / (2 / 3 + 3 / 4))
    np.testing.assert_array_equal(measured.influences[0][3], 0)
    np.testing.assert_array_equal(measured.influences[1][4], 0)


def test_without_a_category_that_is_predicted_both_rightly_and_wrongly_there_is_none():
    measured = blame(np.ones((3, 2)), np.ones((4, 2)), (np.zeros(3, int), np.ones(4, int)))
    for missing in (measured.value, measured.p, *measured.influences):
        assert np.isnan(missing).all()


def test_influences_say_how_the_value_moves_when_a_sample_counts_more():
    rng = np.random.default_rng(0)
    sides = [rng.normal(size=(n, 2)) for n in (30, 80)]
    predicted = tuple(rng.integers(0, 4, len(side)) for side in sides)
    measured = blame(*sides, predicted)
    for side, influences in enumerate(measured.influences):
        for sample in (0, 7):
            more, of_more = list(sides), list(predicted)
            # Every sample a hundred times, this one once more.
            times = np.full(len(sides[side]), 100)
            times[sample] += 1
            more[side], of_more[side] = (np.repeat(a[side], times, axis=0) for a in (sides, predicted))
            more[1 - side], of_more[1 - side] = (
                np.repeat(a[1 - side], 100, axis=0) for a in (sides, predicted)
            )
            moved = blame(*more, tuple(of_more)).value - measured.value
            np.testing.assert_allclose(
                moved * 100 * len(sides[side]), influences[sample], rtol=0.02, atol=1e-3
            )


CATEGORIES = 8


@pytest.fixture(scope="module")
def unbalanced():
    """Contributions of 2,000 units to answers of which some categories are predicted often, and wrongly more often than
    others. What a unit contributes depends on the prediction, and given that on nothing else. Every fourth unit has no
    response to most samples. And whether each answer is wrong, and the predictions."""
    rng = np.random.default_rng(0)
    often = np.array([0.4, 0.2, 0.1, 0.1, 0.08, 0.06, 0.04, 0.02])
    predicted = rng.choice(CATEGORIES, 1500, p=often)
    wrong = rng.random(1500) < np.linspace(0.5, 0.05, CATEGORIES)[predicted]
    weight = rng.normal(size=(CATEGORIES, 2000))
    responses = rng.normal(1, 0.5, (1500, 2000))
    responses[:, ::4] = np.maximum(responses[:, ::4] - 1.5, 0)
    return (responses * weight[predicted]).astype(np.float32), wrong, predicted


def test_units_that_know_nothing_of_errors_are_blamed_as_rarely_as_the_test_says(unbalanced):
    contributions, wrong, predicted = unbalanced
    sides = contributions[wrong], contributions[~wrong]
    p = blame(*sides, (predicted[wrong], predicted[~wrong])).p
    assert (
        0.035 < (p < 0.05).mean() < 0.062
    )  # two standard errors of .05 are .01; the larger of two p is a bit large
    ignoring_predictions = stats.ttest_ind(*sides, axis=0).pvalue
    assert (ignoring_predictions < 0.05).mean() > 0.3  # what this guards from


def test_a_unit_that_argues_for_wrong_answers_is_still_found(unbalanced):
    contributions, wrong, predicted = unbalanced
    guilty = contributions[:, :200] + 0.5 * wrong[:, None]
    measured = blame(guilty[wrong], guilty[~wrong], (predicted[wrong], predicted[~wrong]))
    assert (measured.p < 0.05).mean() > 0.95
    assert measured.value.mean() == pytest.approx(0.5, abs=0.02)


@pytest.fixture
def answered(written):
    """Two units and three categories; one sample without a label, one that was skipped."""
    responses = np.array([[1.0, 2.0], [3.0, 0.0], [0.5, 1.0], [2.0, 2.0], [9.0, 9.0], [7.0, 7.0]])
    labels, predictions = np.array([0, 1, 2, 0, NO_LABEL, 1]), np.array([0, 1, 0, 1, 2, NO_LABEL])
    weight = np.array([[1.0, -1.0], [0.0, 2.0], [2.0, 2.0]], np.float32)
    return written(
        {"lab": responses},
        {"lab": labels},
        predictions={"lab": predictions},
        categories=3,
        head=(weight, np.zeros(3, np.float32)),
    )


def test_contributions_go_through_the_weights_above_their_mean(answered):
    # Mean weights 1 and 1. Above them, into 0: (0, -2); into 1: (-1, 1).
    # Wrong: (0.5, 1) as 0 gives (0, -2); (2, 2) as 1 gives (-2, 2). Right: (1, 2) as 0 gives (0, -4); (3, 0) as 1
    # gives (-3, 0). Each prediction has one of either, so both count alike: (0 + 1) / 2 and (2 + 2) / 2.
    found = estimate_units([answered["lab"]], answered["lab"], "layer", head=answered.head)[0]["blame"]
    np.testing.assert_allclose(found.value, [0.5, 2])
    assert (found.low <= found.value).all()
    assert (found.value <= found.high).all()


def test_what_is_added_to_all_weights_of_a_unit_changes_nothing(answered):
    head = answered.head
    raised = dataclasses.replace(head, weight=head.weight + 5)
    one, moved = (
        estimate_units([answered["lab"]], answered["lab"], "layer", head=each)[0]["blame"]
        for each in (head, raised)
    )
    np.testing.assert_allclose(moved.value, one.value, atol=1e-5)


def test_a_layer_that_does_not_feed_the_head_has_none(answered):
    for head in (None, dataclasses.replace(answered.head, layer="another")):
        found = estimate_units([answered["lab"]], answered["lab"], "layer", head=head)[0]["blame"]
        assert np.isnan(found.value).all()
        assert found.p is None


def test_without_a_wrong_answer_there_is_none(written):
    responses, labels = np.ones((4, 2)), np.array([0, 1, 0, 1])
    head = (np.eye(2, dtype=np.float32), np.zeros(2, np.float32))
    study = written({"lab": responses}, {"lab": labels}, categories=2, head=head)
    assert np.isnan(
        estimate_units([study["lab"]], study["lab"], "layer", head=study.head)[0]["blame"].value
    ).all()
