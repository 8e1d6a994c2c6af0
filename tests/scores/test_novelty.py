"""Novelty, and novelty of matched responses, by hand."""

import numpy as np

from shiftscope.scores.estimation.estimate_units import estimate_units
from shiftscope.scores.novelty import novelty


def test_novelty_compares_the_largest_means_whichever_their_categories():
    reference = np.array([[0.9, 0.2], [0.1, 0.5]])
    shifted = np.array([[0.1, 0.3], [0.4, 0.6]])
    np.testing.assert_allclose(novelty(shifted, reference), [0.5, -0.1])


def test_without_a_common_category_there_is_none():
    assert np.isnan(novelty(np.empty((0, 2)), np.empty((0, 2)))).all()


def test_matching_takes_away_what_is_only_dimmer_and_leaves_what_is_new(written):
    # Both units are at half of their brightness; the second lost its category besides.
    reference = np.array([[4.0, 4.0], [2.0, 2.0], [0.0, 0.0]])
    shifted = np.array([[2.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    labels = np.arange(3)
    study = written(
        {"lab": reference, "field": np.concatenate([shifted, shifted])},
        {"lab": labels, "field": np.concatenate([labels, labels])},
        categories=3,
    )
    found = estimate_units([study["field"]], study["lab"], "layer", resamples=0)[0]
    np.testing.assert_allclose(found["novelty"].value, [0.5, 0.5])
    # The medians of what is not zero: 3 on the reference; 1.5 on the shifted set, in both units.
    np.testing.assert_allclose(found["novelty_matched"].value, [0.0, 0.0])
    brighter = np.array([[4.0, 1.0], [2.0, 2.0], [0.0, 0.5]])
    study = written(
        {"lab": reference, "field": brighter}, {"lab": labels, "field": labels}, categories=3, name="b"
    )
    found = estimate_units([study["field"]], study["lab"], "layer", resamples=0)[0]
    # The second unit's median is 1 against 3: its largest mean of 2 becomes 6, over the maximum of 4.
    np.testing.assert_allclose(found["novelty_matched"].value, [0.0, 1 - 6 / 4])


def test_a_unit_without_any_response_cannot_be_matched(written):
    labels = np.arange(3)
    study = written(
        {"lab": np.array([[4.0, 0.0]] * 3), "field": np.array([[0.0, 1.0]] * 3)},
        {"lab": labels, "field": labels},
        categories=3,
    )
    found = estimate_units([study["field"]], study["lab"], "layer")[0]
    assert np.isnan(found["novelty_matched"].value).all()
    np.testing.assert_allclose(found["novelty"].value, [1.0, np.nan])
