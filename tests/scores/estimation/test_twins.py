"""Scores of twins through the estimation: intervals, tests, gain, and who has none."""

import numpy as np
import pytest

from shiftscope.scores.estimation.estimate_units import estimate_units
from shiftscope.store.twins import Twins
from tests.scores.conftest import LAYER

NAMES = ("twin_change", "twin_auroc", "twin_increase", "twin_rate_change")
CATEGORIES = 3


def responses(rng, n=90, units=5, correlation=0.9):
    before = rng.normal(0.3, 1, (n, units))
    noise = rng.normal(0.3, 1, (n, units))
    after = correlation * before + np.sqrt(1 - correlation**2) * noise + 0.1
    labels = rng.integers(0, CATEGORIES, n)
    return [np.maximum(side, 0).astype(np.float32) for side in (after, before)], labels


def one_to_one(count):
    rows = np.arange(count)
    return Twins(rows, rows, rows)


@pytest.fixture
def estimated(written):
    """Scores of twins of a written study of two datasets."""

    def estimate(shifted, reference, labels, twins, reference_labels=None, name="made", keep=None, **options):
        study = written(
            {"lab": reference, "field": shifted},
            {"lab": labels if reference_labels is None else reference_labels, "field": labels},
            categories=CATEGORIES,
            name=name,
            keep=keep,
        )
        (found,) = estimate_units([study["field"]], study["lab"], LAYER, twins=[twins], **options)
        return found

    return estimate


def test_values_are_those_of_the_formulas_and_intervals_hold_them(estimated):
    (shifted, reference), labels = responses(np.random.default_rng(0))
    found = estimated(shifted, reference, labels, one_to_one(90))
    np.testing.assert_allclose(
        found["twin_change"].value, (shifted - reference).mean(axis=0) / reference.std(axis=0), rtol=1e-5
    )
    np.testing.assert_allclose(found["twin_auroc"].value, found["shift_auroc"].value)
    np.testing.assert_allclose(found["twin_rate_change"].value, found["rate_change"].value, atol=1e-6)
    for name in NAMES:
        estimate = found[name]
        assert (estimate.low <= estimate.value).all()
        assert (estimate.value <= estimate.high).all()
        assert not np.isnan(estimate.q).any()


def test_twins_make_intervals_as_narrow_as_the_gain_says(estimated):
    (shifted, reference), labels = responses(np.random.default_rng(1))
    found = estimated(shifted, reference, labels, one_to_one(90))
    widths = [found[name].high - found[name].low for name in ("shift_auroc", "twin_auroc")]
    np.testing.assert_allclose((widths[0] / widths[1]) ** 2, found["twin_auroc"].gain, rtol=0.5)
    assert (found["twin_auroc"].gain > 2).all()
    assert found["twin_increase"].gain is None


def test_twins_with_nothing_in_common_are_known_as_well_as_two_sets(estimated):
    (shifted, reference), labels = responses(np.random.default_rng(2), n=6000, units=4, correlation=0.0)
    found = estimated(shifted, reference, labels, one_to_one(6000))
    widths = [found[name].high - found[name].low for name in ("shift_auroc", "twin_auroc")]
    np.testing.assert_allclose(widths[0], widths[1], rtol=0.05)


def test_rows_of_either_dataset_in_any_order_give_the_same(estimated):
    (shifted, reference), labels = responses(np.random.default_rng(3))
    there = estimated(shifted, reference, labels, one_to_one(90))
    one, other = np.random.default_rng(4).permutation(90), np.random.default_rng(5).permutation(90)
    twins = Twins(np.argsort(one), np.argsort(other), np.arange(90))
    again = estimated(
        shifted[one], reference[other], labels[one], twins, reference_labels=labels[other], name="permuted"
    )
    for name in NAMES:
        for part in ("value", "low", "high", "p", "q"):
            np.testing.assert_allclose(
                getattr(again[name], part), getattr(there[name], part), rtol=1e-4, atol=1e-6
            )


def test_twins_that_are_alike_have_an_interval_of_no_width_and_no_test(estimated):
    (same, _), labels = responses(np.random.default_rng(6))
    found = estimated(same, same, labels, one_to_one(90))
    for name, value in (("twin_change", 0), ("twin_increase", 0.5), ("twin_auroc", 0.5)):
        for end in (found[name].value, found[name].low, found[name].high):
            np.testing.assert_allclose(end, np.full(5, value), atol=1e-7)
        assert np.isnan(found[name].p).all()
        assert np.isnan(found[name].q).all()
    assert (found["twin_rate_change"].low < 0).all()  # Agresti and Min's never has no width


def test_fewer_than_30_pairs_have_value_and_interval_and_no_test(estimated):
    (shifted, reference), labels = responses(np.random.default_rng(7), n=29)
    few = estimated(shifted, reference, labels, one_to_one(29))
    for name in NAMES:
        assert not np.isnan([few[name].value, few[name].low, few[name].high]).any()
        assert np.isnan(few[name].p).all()
        assert np.isnan(few[name].q).all()


def test_only_the_samples_that_have_twins_count(estimated):
    (shifted, reference), labels = responses(np.random.default_rng(8))
    rows = np.arange(0, 90, 2)
    part = estimated(shifted, reference, labels, Twins(rows, rows, rows))
    alone = estimated(shifted[rows], reference[rows], labels[rows], one_to_one(45), name="alone")
    for name in NAMES:
        np.testing.assert_allclose(part[name].value, alone[name].value, rtol=1e-6)
        np.testing.assert_allclose(part[name].p, alone[name].p, rtol=1e-5)
        np.testing.assert_allclose(part[name].low, alone[name].low, rtol=1e-4, atol=1e-6)


def test_copies_of_every_twin_are_worth_one(estimated):
    (shifted, reference), labels = responses(np.random.default_rng(9))
    once = estimated(shifted, reference, labels, one_to_one(90))
    originals = np.repeat(np.arange(90), 5)
    copied = Twins(np.arange(450), originals, originals)
    several = estimated(
        np.repeat(shifted, 5, axis=0),
        reference,
        np.repeat(labels, 5),
        copied,
        reference_labels=labels,
        name="copied",
    )
    for name in NAMES:
        np.testing.assert_allclose(several[name].value, once[name].value, rtol=1e-5)
        np.testing.assert_allclose(several[name].p, once[name].p, rtol=1e-4)
        np.testing.assert_allclose(several[name].low, once[name].low, rtol=1e-4, atol=1e-6)


def test_without_twins_or_responses_there_are_no_such_scores(estimated):
    (shifted, reference), labels = responses(np.random.default_rng(10))
    none = estimated(shifted, reference, labels, None)
    gone = estimated(shifted, reference, labels, one_to_one(90), name="summaries", keep={"lab": "summaries"})
    for name, found in ((name, found) for name in NAMES for found in (none, gone)):
        assert np.isnan(found[name].value).all()
        assert found[name].q is None or np.isnan(found[name].q).all()


def test_without_resamples_there_is_no_interval(estimated):
    (shifted, reference), labels = responses(np.random.default_rng(11))
    found = estimated(shifted, reference, labels, one_to_one(90), resamples=0)
    for name in NAMES:
        assert np.isnan(found[name].low).all()
        assert not np.isnan(found[name].p).any()


@pytest.mark.slow
def test_intervals_hold_the_change_as_often_as_they_say():
    """By the closed form, whose ends many resamples reach."""
    from scipy.special import ndtri

    from shiftscope.scores.twin_change import twin_change
    from shiftscope.scores.twin_increase import twin_increase
    from shiftscope.statistics.bootstrap import resampling_variance
    from shiftscope.statistics.clusters import Clusters

    rng, units = np.random.default_rng(12), 2000
    labels = np.repeat(np.arange(3), 100)
    of_label = np.array([-0.5, 0.3, 1.0])[labels][:, None]

    def pairs(n, of_label):
        before = of_label + rng.normal(0, 1, (n, units))
        return np.maximum(before + 0.1 + rng.normal(0, 0.4, (n, units)), 0), np.maximum(before, 0)

    many = [pairs(3000, np.repeat(np.array([-0.5, 0.3, 1.0]), 1000)[:, None]) for _ in range(3)]
    for score, held_in in ((twin_change, _mean_change), (twin_increase, _share_increased)):
        truth = np.mean([held_in(*each).mean() for each in many])
        shifted, reference = pairs(300, of_label)
        measured = score(shifted, reference, Clusters.single(300))
        scale = reference.std(axis=0) if score is twin_change else 1
        half = ndtri(0.975) * np.sqrt(resampling_variance(measured.influences[0], labels)) * scale
        held = np.mean(np.abs(measured.value * scale - truth) <= half)
        assert 0.92 <= held <= 0.97


def _mean_change(shifted, reference):
    return shifted - reference


def _share_increased(shifted, reference):
    return (np.sign(shifted - reference) + 1) / 2
