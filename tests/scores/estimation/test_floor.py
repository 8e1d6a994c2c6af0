"""What sampling alone makes of rank scores: by hand, against SciPy, and against made-up units whose truth is known."""

import numpy as np
import pytest
from scipy import stats

from shiftscope.arrays import NO_LABEL
from shiftscope.scores.estimation.estimate_units import estimate_units
from shiftscope.scores.estimation.expected_by_sampling import expected_correlation
from shiftscope.scores.estimation.floor import floor
from shiftscope.scores.estimation.halves import halves
from shiftscope.statistics.equal_means import equal_means
from shiftscope.statistics.infinite_sets import of_infinite_sets
from tests.scores.conftest import write_study

CATEGORIES, EACH, UNITS = 10, 50, 150
LOST = [5, 9, 0, 4, 7, 2, 8, 1, 3, 6]  # an order of the categories that has little of the usual one
APART = (0.1, 0.25, 0.5, 1.0)  # standard deviations between the means of one category and the next


def lost(correlation):
    return 1 - np.abs(correlation)


def test_each_label_is_halved_and_the_second_half_is_the_rest():
    labels = np.repeat([NO_LABEL, 0, 1, 4], [3, 6, 7, 1])
    drawn = halves(labels, 5, np.random.default_rng(0))
    np.testing.assert_array_equal(drawn[:5] + drawn[5:], 1)
    for label, first in ((NO_LABEL, 1), (0, 3), (1, 3), (4, 0)):
        assert (drawn[:5, labels == label].sum(axis=1) == first).all()
    assert len({half.tobytes() for half in drawn}) == 10


def test_whole_sets_correlate_more_than_their_halves():
    # 20 samples and halves of 10: noise as large as the signal in a half, half as large in the whole.
    twenty, five = np.full(3, 20), np.full(3, 5)
    found = expected_correlation(np.array([0.5, 1, 0, -0.3, np.nan]), twenty, (twenty, twenty))
    np.testing.assert_allclose(found, [2 / 3, 1, 0, 0, np.nan])
    found = expected_correlation(np.array([0.5]), twenty, (five, twenty))
    np.testing.assert_allclose(found, 1 / np.sqrt(3 * 1.5))


def test_the_floor_of_profiles_without_an_order_is_what_random_orders_give():
    rng = np.random.default_rng(0)
    for categories in (3, 4, 10, 40):
        random = [stats.spearmanr(*rng.random((2, categories))).statistic for _ in range(1000)]
        [found] = floor(lost, np.zeros(1), categories)
        assert found == pytest.approx(np.mean(lost(np.array(random))), abs=0.03)


def test_the_floor_is_zero_where_sampling_changes_nothing_and_missing_where_it_is_not_known():
    np.testing.assert_allclose(floor(lost, np.array([1, np.nan]), 10), [0, np.nan])


def test_resamples_are_moved_to_the_value_and_stretched_by_what_sampling_took():
    resampled = np.array([[0.2, 0.3, 0.1], [0.4, 0.5, 0.2], [np.nan, 0.7, 0.3]])
    found = of_infinite_sets(resampled, np.array([0.4, 0.6, 0.1]), np.array([0.5, 0.9, 0.0]))
    np.testing.assert_allclose(found[:, 0], [0.6, 1.0, np.nan])
    np.testing.assert_allclose(found[:, 1], [4 / 9, 6 / 9, 8 / 9])
    assert np.isnan(found[:, 2]).all()  # sampling leaves nothing


def test_equal_means_are_tested_as_scipy_does():
    rng = np.random.default_rng(0)
    groups = [rng.normal(shift, 1, (n, 3)) for shift, n in ((0, 5), (0.4, 9), (0.1, 20))]
    means = np.stack([group.mean(axis=0) for group in groups])
    within = np.stack([((group - group.mean(axis=0)) ** 2).sum(axis=0) for group in groups])
    found = equal_means(means, within, np.array([5, 9, 20]))
    np.testing.assert_allclose(found, stats.f_oneway(*groups, axis=0).pvalue)
    np.testing.assert_array_equal(equal_means(np.ones((2, 1)), np.zeros((2, 1)), np.array([4, 4])), [np.nan])


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """Estimates of runs of `UNITS` units each: whose categories keep their order under the shift, the means of one and
    the next so far `APART`; then of units that respond alike to all categories; then of units whose order is lost."""
    rng = np.random.default_rng(1)
    labels = np.repeat(np.arange(CATEGORIES), EACH)
    steps = [*APART, 0, 0.5]
    means = np.concatenate([np.tile(np.arange(CATEGORIES)[:, None] * d, UNITS) for d in steps], axis=1)
    theirs = means.copy()
    theirs[:, -UNITS:] = theirs[LOST, -UNITS:]
    made = {
        name: m[labels] + rng.normal(size=(len(labels), m.shape[1]))
        for name, m in (("lab", means), ("field", theirs))
    }
    path = tmp_path_factory.mktemp("simulated") / "made.study"
    study = write_study(path, made, {"lab": labels, "field": labels}, categories=CATEGORIES)
    return estimate_units([study["field"]], study["lab"], "layer")[0]


def part(estimate, place):
    own = slice(place * UNITS, (place + 1) * UNITS)
    return {name: getattr(estimate, name)[own] for name in ("value", "low", "high", "floor", "flat")}


def test_floor_and_interval_say_how_much_of_the_order_sampling_took(simulated):
    """The truth of an order that was kept is a correlation of 1, however close the means lie. Before resamples were
    corrected, no interval held it at .1 standard deviations."""
    spurious, kept = simulated["spurious"], simulated["profile_correlation"]
    for place, apart in enumerate(APART):
        lost, order = part(spurious, place), part(kept, place)
        assert lost["value"].mean() == pytest.approx(lost["floor"].mean(), abs=0.03), apart
        assert order["value"].mean() == pytest.approx(order["floor"].mean(), abs=0.03), apart
        assert (lost["low"] < 1e-6).mean() >= 0.93, apart
        assert (order["high"] > 1 - 1e-6).mean() >= 0.93, apart
        assert lost["flat"].mean() < 0.05, apart
        assert (lost["low"] <= 0.5).all()  # none is said to prefer other categories


def test_units_that_do_not_know_the_categories_are_flat_and_prefer_nothing(simulated):
    silent = part(simulated["spurious"], len(APART))
    assert silent["flat"].mean() >= 0.9  # by a test at 5 %
    assert silent["value"].mean() == pytest.approx(silent["floor"].mean(), abs=0.03)
    np.testing.assert_array_equal(silent["low"][silent["flat"]], 0)
    np.testing.assert_array_equal(silent["high"][silent["flat"]], 1)
    assert (silent["low"] <= 0.5).all()


def test_an_order_that_is_lost_stands_out_from_the_floor(simulated):
    lost = part(simulated["spurious"], len(APART) + 1)
    truth = 1 - abs(stats.spearmanr(np.arange(CATEGORIES), LOST).statistic)
    assert (lost["low"] > lost["floor"]).all()
    assert (lost["low"] > 0.5).mean() > 0.95
    assert ((lost["low"] <= truth) & (truth <= lost["high"])).mean() >= 0.93


def test_there_is_no_floor_where_fewer_than_three_categories_can_be_halved(written):
    rng = np.random.default_rng(0)
    few = np.array([0, 0, 1, 1, 2, 3])
    labels = {"lab": few, "field": np.repeat(np.arange(4), 5)}
    study = written({n: rng.random((len(each), 2)) for n, each in labels.items()}, labels, categories=4)
    found = estimate_units([study["field"]], study["lab"], "layer")[0]["spurious"]
    assert np.isfinite(found.value).all()
    for missing in (found.floor, found.flat_p, found.low, found.high):
        assert np.isnan(missing).all()
    back = estimate_units([study["lab"]], study["field"], "layer")[0][
        "spurious"
    ]  # the reference can be halved
    assert np.isfinite(back.floor).all()


def test_a_set_of_fewer_samples_has_a_higher_floor(written):
    rng = np.random.default_rng(0)
    labels = {
        "lab": np.repeat(np.arange(10), 60),
        "much": np.repeat(np.arange(10), 60),
        "little": np.repeat(np.arange(10), 6),
    }
    made = {name: 0.2 * each[:, None] + rng.normal(size=(len(each), 40)) for name, each in labels.items()}
    study = written(made, labels, categories=10)
    much, little = estimate_units([study["much"], study["little"]], study["lab"], "layer")
    assert (little["spurious"].floor > much["spurious"].floor).all()
    assert little["spurious"].value.mean() == pytest.approx(little["spurious"].floor.mean(), abs=0.05)


def test_without_single_responses_there_is_no_floor(written):
    rng = np.random.default_rng(0)
    labels = {name: np.arange(40) % 4 for name in ("lab", "field")}
    made = {name: rng.random((40, 3)) for name in labels}
    study = written(made, labels, categories=4, keep={"lab": "summaries"})
    found = estimate_units([study["field"]], study["lab"], "layer")[0]["spurious"]
    assert np.isfinite(found.value).all()
    assert np.isnan(found.floor).all()
