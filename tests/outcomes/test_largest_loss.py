"""Where accuracy fell most, by hand."""

import numpy as np

from shiftscope.outcomes.largest_loss import largest_loss
from shiftscope.statistics.newcombe import newcombe

RIGHT = np.array([[9, 5, 0, 3], [2, 5, 0, 0]])
TOTAL = np.array([[10, 10, 0, 10], [10, 10, 0, 0]])
USUAL = np.array([8, 4, 6, 6]), np.array([10, 10, 10, 10])


def test_each_category_has_its_worst_set_with_the_interval_there():
    loss = largest_loss(RIGHT, TOTAL, *USUAL)
    assert loss.place[[0, 1, 3]].tolist() == [1, 0, 0]
    np.testing.assert_allclose(loss.change, [-0.6, 0.1, np.nan, -0.3])
    for category, place in ((0, 1), (1, 0), (3, 0)):
        expected = newcombe(
            RIGHT[place, category], TOTAL[place, category], USUAL[0][category], USUAL[1][category]
        )
        np.testing.assert_allclose((loss.low[category], loss.high[category]), expected[1:])


def test_a_category_without_samples_in_the_reference_has_no_loss():
    loss = largest_loss(RIGHT[:, :1], TOTAL[:, :1], np.array([0]), np.array([0]))
    assert np.isnan([loss.change[0], loss.low[0], loss.high[0]]).all()
