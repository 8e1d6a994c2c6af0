"""Blame by hand, against SciPy, and through the head of a study."""

import numpy as np
import pytest
from scipy import stats

from shiftscope.arrays import NO_LABEL
from shiftscope.scores.blame import blame
from shiftscope.scores.estimate_units import estimate_units


@pytest.mark.parametrize(("spread", "larger"), [(2.0, "Welch"), (0.5, "Student")])
def test_p_is_the_larger_of_scipys_welch_and_student_tests(spread, larger):
    rng = np.random.default_rng(0)
    wrong, right = rng.normal(0.3, spread, (20, 4)), rng.normal(0, 1, (70, 4))
    by_welch, by_student = (
        stats.ttest_ind(wrong, right, equal_var=equal, axis=0).pvalue for equal in (False, True)
    )
    measured = blame(wrong, right)
    np.testing.assert_allclose(measured.value, wrong.mean(axis=0) - right.mean(axis=0))
    np.testing.assert_allclose(measured.p, by_welch if larger == "Welch" else by_student)


def test_one_wrong_answer_is_no_test():
    measured = blame(np.array([[2.0]]), np.array([[1.0], [0.0]]))
    np.testing.assert_array_equal(measured.value, [1.5])
    np.testing.assert_array_equal(measured.p, [np.nan])
    assert np.isnan(measured.influences[0]).all()  # nor does it tell how sure the value is


def test_a_unit_that_contributes_a_constant_is_not_tested():
    np.testing.assert_array_equal(blame(np.zeros((3, 1)), np.zeros((3, 1))).p, [np.nan])


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
    # gives (-3, 0).
    found = estimate_units([answered["lab"]], answered["lab"], "layer", head=answered.head)[0]["blame"]
    np.testing.assert_allclose(found.value, [-1 - -1.5, 0 - -2])
    assert (found.low <= found.value).all()
    assert (found.value <= found.high).all()


def test_what_is_added_to_all_weights_of_a_unit_changes_nothing(answered):
    layer, weight, bias = answered.head
    one = estimate_units([answered["lab"]], answered["lab"], "layer", head=(layer, weight, bias))[0]["blame"]
    moved = estimate_units([answered["lab"]], answered["lab"], "layer", head=(layer, weight + 5, bias))[0][
        "blame"
    ]
    np.testing.assert_allclose(moved.value, one.value, atol=1e-5)


def test_a_layer_that_does_not_feed_the_head_has_none(answered):
    _, weight, bias = answered.head
    for head in (None, ("another", weight, bias)):
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
