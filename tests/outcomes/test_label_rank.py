"""The place of the label among the answers, by hand."""

import numpy as np

from shiftscope.outcomes.label_rank import label_rank


def test_categories_with_larger_logits_come_before_of_equal_ones_the_earlier():
    logits = np.array([[5.0, 1.0, 3.0], [5.0, 1.0, 3.0], [2.0, 2.0, 2.0], [2.0, 2.0, 9.0]])
    np.testing.assert_array_equal(label_rank(logits, np.array([0, 1, 2, 1])), [0, 2, 2, 2])


def test_without_a_label_or_without_logits_there_is_none():
    logits = np.array([[5.0, 1.0], [np.nan, np.nan]])
    np.testing.assert_array_equal(label_rank(logits, np.array([-1, 0])), [-1, -1])
