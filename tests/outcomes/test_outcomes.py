"""Right and wrong answers counted."""

import numpy as np

from shiftscope.outcomes.outcomes import Outcomes, share_changes


def test_changes_are_differences_of_shares_of_each_label():
    here = Outcomes(np.array([[6, 2, 0], [0, 0, 0], [1, 0, 3]]))
    there = Outcomes(np.array([[3, 1, 0], [0, 5, 0], [0, 0, 10]]))
    missing = [np.nan] * 3
    np.testing.assert_allclose(share_changes(here, there), [[0, 0, 0], missing, [0.25, 0, -0.25]])


def test_what_one_prediction_gains_the_others_lose():
    rng = np.random.default_rng(0)
    here, there = (Outcomes(rng.integers(1, 9, (7, 7))) for _ in range(2))
    np.testing.assert_allclose(share_changes(here, there).sum(axis=1), 0, atol=1e-12)


def test_a_dataset_without_labels_has_no_accuracy():
    nothing = Outcomes(np.zeros((3, 3), np.int64))
    assert np.isnan(nothing.accuracy)
    assert np.isnan(nothing.recall()).all()
