import pytest
from scipy.stats import binomtest, chi2

from shiftscope.statistics.mcnemar import EXACT_UP_TO, mcnemar


@pytest.mark.parametrize(("fixed", "broken"), [(1, 7), (16, 6), (0, 3), (40, 41), (612, 388)])
def test_few_discordant_pairs_are_counted_exactly(fixed, broken):
    expected = binomtest(fixed, fixed + broken).pvalue
    assert mcnemar(fixed, broken) == pytest.approx(expected, rel=1e-10)


def test_published_p_values_come_out():
    # Fagerland, Lydersen & Laake (2014), Statistics in Medicine 33: airway hyper-responsiveness, 1 against 7.
    assert mcnemar(7, 1) == pytest.approx(0.0703, abs=5e-5)


@pytest.mark.parametrize(("fixed", "broken"), [(520, 481), (3000, 2800), (5000, 5000)])
def test_many_are_compared_with_the_chi_square(fixed, broken):
    statistic = (fixed - broken) ** 2 / (fixed + broken)
    assert mcnemar(fixed, broken) == pytest.approx(chi2.sf(statistic, 1), rel=1e-9)


def test_the_two_ways_meet_where_they_change():
    fixed = EXACT_UP_TO // 2 + 35
    assert mcnemar(fixed, EXACT_UP_TO - fixed) == pytest.approx(chi2.sf(70**2 / EXACT_UP_TO, 1), rel=0.1)


def test_it_does_not_matter_which_way_answers_changed():
    assert mcnemar(3, 11) == mcnemar(11, 3)


def test_nothing_changed_is_no_evidence():
    assert mcnemar(0, 0) == 1
    assert mcnemar(5, 5) == 1
