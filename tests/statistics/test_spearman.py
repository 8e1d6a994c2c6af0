from __future__ import annotations

import numpy as np
from scipy.stats import rankdata, spearmanr

from shiftscope.statistics.spearman import partial_spearman, spearman


def test_it_is_scipys_along_the_last_axis():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 5, (4, 20)).astype(float), rng.random((4, 20))
    expected = [spearmanr(x, y)[0] for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(spearman(a, b), expected, rtol=1e-12)


def test_the_partial_one_is_the_correlation_of_what_a_line_through_the_ranks_leaves():
    rng = np.random.default_rng(1)
    given = rng.random(50)
    a, b = given + rng.random(50), given + rng.random(50)
    ranks = [rankdata(each) for each in (a, b, given)]
    line = np.stack([np.ones(50), ranks[2]], axis=1)
    left = [each - line @ np.linalg.lstsq(line, each, rcond=None)[0] for each in ranks[:2]]
    np.testing.assert_allclose(partial_spearman(a, b, given), np.corrcoef(*left)[0, 1], rtol=1e-9)


def test_there_is_none_of_constants_nor_given_itself():
    up = np.arange(6.0)
    assert np.isnan(spearman(up, np.ones(6)))
    assert np.isnan(spearman(up[:2], up[:2]))
    assert np.isnan(partial_spearman(up**2, np.cos(up), up))
