"""The layer by which half of the loss has arisen."""

import numpy as np

from shiftscope.tuning.where_it_breaks import where_it_breaks

LAYERS = ["a", "b", "c", "d"]


def test_it_is_the_first_layer_with_half_of_the_last_ones_loss():
    assert where_it_breaks(LAYERS, np.array([0.02, 0.35, 0.3, 0.46])).layer == "b"
    assert where_it_breaks(LAYERS, np.array([0.02, 0.1, 0.2, 0.46])).layer == "d"


def test_the_share_of_resamples_that_name_it_is_given_and_few_name_none():
    losses = np.array([[0.1, 0.3, 0.1], [0.3, 0.3, 0.1], [0.3, 0.3, 0.1], [0.4, 0.4, 0.4]])
    found = where_it_breaks(LAYERS, losses[:, 0], losses)
    assert (found.layer, found.shares) == (None, {"a": 1 / 3, "b": 1 / 3, "d": 1 / 3})
    found = where_it_breaks(LAYERS, losses[:, 0], losses[:, [0, 0, 1]])
    assert (found.layer, found.shares) == ("b", {"b": 2 / 3, "a": 1 / 3})


def test_where_nothing_is_lost_no_layer_is_named():
    assert where_it_breaks(LAYERS, np.array([0.1, 0.1, 0.1, -0.01])).layer is None
    assert where_it_breaks(LAYERS, np.full(4, np.nan), np.full((4, 3), np.nan)).shares == {}
