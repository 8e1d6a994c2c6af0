from __future__ import annotations

import numpy as np
import pytest

from shiftscope.statistics.compared import (
    difference,
    distance,
    jensen_shannon,
    kept_share,
    matched,
    twins,
)


def test_the_share_of_kept_pairs_has_its_wilson_interval():
    kept = kept_share(np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), np.array([0, 1, 2, 3, 4, 0, 0, 0, 0, 0]))
    assert (kept.kept, kept.changed) == (5, 5)
    assert (kept.low, kept.high) == pytest.approx((0.2366, 0.7634), abs=1e-4)


def test_pairs_show_their_mean_difference_and_only_a_real_one_is_found():
    rng = np.random.default_rng(0)
    reference = rng.normal(size=(60, 3))
    shifted = reference + rng.normal(size=(60, 3)) * 0.1 + [0.2, 0, 0]
    shifted[:40, 2] = np.nan
    found = difference(twins(reference, shifted, np.ones(60, bool)), rng)
    np.testing.assert_allclose(found.effect, np.nanmean(shifted - reference, axis=0), atol=1e-12)
    np.testing.assert_array_equal(found.samples, [60, 60, 20])
    assert found.p[0] < 1e-4  # refined beyond the first 1,999 permutations
    assert found.p[1] > 0.01
    assert np.isnan(found.p[2])  # fewer than 30 pairs
    assert (found.low < found.effect).all()
    assert (found.effect < found.high).all()


def test_changed_pairs_are_compared_apart():
    reference, shifted = np.zeros((4, 1)), np.array([[1.0], [1], [5], [7]])
    kept = np.array([True, True, False, False])
    rng = np.random.default_rng(0)
    assert difference(twins(reference, shifted, kept), rng).effect == [1]
    assert difference(twins(reference, shifted, ~kept), rng).effect == [6]


def mix(rng, first, units):
    """Predictions with a share `first` of category 0, and numbers that follow the category alone."""
    predicted = (rng.random(200) >= first).astype(np.int64)
    return np.where(predicted, 0.3, 0.6)[:, None] + rng.normal(size=(200, units)) * 0.1, predicted


def test_another_mix_of_categories_is_no_difference():
    rng = np.random.default_rng(0)
    (reference, predicted), (shifted, predicted_shifted) = mix(rng, 0.5, 100), mix(rng, 0.2, 100)
    assert (shifted.mean(axis=0) - reference.mean(axis=0)).mean() == pytest.approx(-0.09, abs=0.03)
    found = difference(matched(reference, predicted, shifted, predicted_shifted), rng)
    assert abs(found.effect.mean()) <= 3 * found.effect.std(ddof=1) / 10
    assert (found.p <= 0.05).mean() <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 100)


def test_a_category_with_few_samples_on_a_side_is_left_out():
    predicted, predicted_shifted = np.array([0] * 6 + [1] * 6), np.array([0] * 6 + [1] * 4)
    shifted = np.array([2.0] * 6 + [100] * 4)[:, None]
    found = difference(
        matched(np.ones((12, 1)), predicted, shifted, predicted_shifted), np.random.default_rng(0)
    )
    np.testing.assert_allclose(found.effect, [1])


def test_no_sample_in_common_leaves_nothing_measured():
    none = matched(np.ones((6, 2)), np.zeros(6, int), np.ones((6, 2)), np.ones(6, int))
    found = difference(none, np.random.default_rng(0))
    assert np.isnan([found.effect, found.p, found.low]).all()


def test_the_distance_of_shares_is_one_where_they_exclude_each_other():
    ours, theirs = np.array([[1.0, 0], [0.5, 0.5]]), np.array([[0.0, 1], [0.5, 0.5]])
    np.testing.assert_allclose(jensen_shannon(ours, theirs), [1, 0], atol=1e-12)


@pytest.mark.parametrize("kind", ["twins", "matched"])
def test_equal_shares_are_rarely_told_apart_and_different_ones_are_found(kind):
    rng = np.random.default_rng(0)
    same, other = (0.2, 0.4, 0.3, 0.1), (0.3, 0.4, 0.2, 0.1)
    ours = rng.dirichlet(np.array(same) * 10, (40, 30))
    alike, unlike = (rng.dirichlet(np.array(mean) * 10, (40, 30)) for mean in (same, other))

    def p(shifted):
        zeros = np.zeros(40, np.int64)
        sides = twins(ours, shifted, zeros == 0) if kind == "twins" else matched(ours, zeros, shifted, zeros)
        return distance(sides, rng, most_permutations=1_999).p

    assert (p(alike) <= 0.05).mean() <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 30)
    assert (p(unlike) <= 0.05).mean() > 0.8


def test_only_samples_of_categories_that_are_compared_are_counted():
    rng = np.random.default_rng(0)
    predicted = np.repeat([0, 1, 2], [28, 6, 6])
    reference, shifted = rng.normal(size=(40, 2)), rng.normal(size=(40, 2))
    reference[[30, 31, 36, 37], 1] = np.nan  # leaves 4 of each, too few
    found = difference(matched(reference, predicted, shifted, predicted), rng)
    np.testing.assert_array_equal(found.samples, [40, 28])
    assert np.isfinite(found.p[0])
    assert np.isnan(found.p[1])


@pytest.mark.parametrize(
    ("same", "told"),
    [
        (40, "40 of 50 pairs keep their prediction: 80 % (67 to 89)"),
        (
            3,
            "3 of 50 pairs keep their prediction: 6 % (2 to 16); no test; every number holds for 6.0 % of the pairs",
        ),
    ],
)
def test_what_few_kept_pairs_leave_is_said(same, told):
    assert kept_share(np.zeros(50), np.repeat([0, 1], [same, 50 - same])).in_words() == told
    assert kept_share(np.zeros(0), np.zeros(0)).in_words() == "no pairs"


def test_where_no_pair_keeps_its_prediction_there_is_nothing_to_compare():
    none = np.zeros(3, bool)
    found = difference(twins(np.ones((3, 2)), np.zeros((3, 2)), none), np.random.default_rng(0))
    np.testing.assert_array_equal(found.samples, 0)
    for numbers in (found.effect, found.low, found.high, found.p):
        assert np.isnan(numbers).all()
