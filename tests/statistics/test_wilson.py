import numpy as np
import pytest
from scipy.stats import binomtest

from shiftscope.statistics.wilson import wilson


@pytest.mark.parametrize(("count", "total"), [(0, 5), (5, 5), (61, 100), (1, 3), (940, 1000)])
def test_agrees_with_an_independent_computation(count, total):
    expected = binomtest(count, total).proportion_ci(method="wilson")
    np.testing.assert_allclose(wilson(count, total), (expected.low, expected.high), atol=1e-12)


def test_a_share_of_nothing_has_no_interval():
    assert np.isnan(wilson(0, 0)).all()
