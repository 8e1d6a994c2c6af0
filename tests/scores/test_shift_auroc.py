"""The AUROC against scikit-learn and SciPy."""

import numpy as np
from scipy import stats
from sklearn.metrics import roc_auc_score

from shiftscope.scores.shift_auroc import shift_auroc
from shiftscope.statistics.empirical_cdf import empirical_cdfs


def sets(rng, n=60, m=45, units=6):
    """Responses with many zeros and many ties."""
    shifted, reference = rng.normal(0.3, 1, (n, units)), rng.normal(0, 1, (m, units))
    return [
        np.maximum(np.round(responses * 3) / 3, 0).astype(np.float32) for responses in (shifted, reference)
    ]


def measured_of(shifted, reference):
    return shift_auroc(shifted, reference, empirical_cdfs(shifted, reference))


def test_by_hand():
    # Of the four pairs one is won, two are ties, one is lost.
    measured = measured_of(np.array([[1.0], [2.0]]), np.array([[1.0], [2.0]]))
    np.testing.assert_allclose(measured.value, [0.5])
    measured = measured_of(np.array([[3.0], [2.0]]), np.array([[1.0], [2.0]]))
    np.testing.assert_allclose(measured.value, [3.5 / 4])


def test_the_value_equals_sklearns():
    shifted, reference = sets(np.random.default_rng(0))
    told = np.repeat([1, 0], [len(shifted), len(reference)])
    for unit, value in enumerate(measured_of(shifted, reference).value):
        both = np.concatenate([shifted[:, unit], reference[:, unit]])
        np.testing.assert_allclose(value, roc_auc_score(told, both))


def test_p_equals_scipys_with_ties():
    shifted, reference = sets(np.random.default_rng(1))
    expected = stats.mannwhitneyu(
        shifted, reference, axis=0, method="asymptotic", use_continuity=False
    ).pvalue
    np.testing.assert_allclose(measured_of(shifted, reference).p, expected)


def test_the_mean_placement_is_the_value_from_either_side():
    shifted, reference = sets(np.random.default_rng(2))
    measured = measured_of(shifted, reference)
    for influences in measured.influences:
        np.testing.assert_allclose(influences.mean(axis=0), measured.value)


def test_placements_have_delongs_variance():
    shifted, reference = sets(np.random.default_rng(3), units=1)
    below, above = measured_of(shifted, reference).influences
    slow = [np.mean((x > reference[:, 0]) + 0.5 * (x == reference[:, 0])) for x in shifted[:, 0]]
    np.testing.assert_allclose(below[:, 0], slow)
    slow = [np.mean((shifted[:, 0] > y) + 0.5 * (shifted[:, 0] == y)) for y in reference[:, 0]]
    np.testing.assert_allclose(above[:, 0], slow)


def test_a_unit_that_responds_alike_to_everything_is_not_tested():
    measured = measured_of(np.zeros((4, 1)), np.zeros((3, 1)))
    np.testing.assert_array_equal(measured.value, [0.5])
    np.testing.assert_array_equal(measured.p, [np.nan])
