from __future__ import annotations

import numpy as np
import pytest

from shiftscope.errors import ShapeError
from shiftscope.explain.attribution.faithfulness.agreement import agreement

METHODS, METRICS = ["a", "b", "c"], ["p", "q", "r"]


def noisy(means: list[list[float]], samples: int = 60, noise: float = 0.1) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.array(means)[:, :, None] + noise * rng.normal(size=(len(means), len(means[0]), samples))


def test_metrics_that_rank_alike_name_the_best():
    found = agreement(noisy([[1, 10, 5], [2, 20, 6], [3, 30, 7]]), METHODS, METRICS)
    np.testing.assert_array_equal(found.ranks, [[3, 3, 3], [2, 2, 2], [1, 1, 1]])
    np.testing.assert_array_equal(found.correlations, np.ones((3, 3)))
    assert (found.w, found.w_low, found.w_high, found.ahead) == (1, 1, 1, 1)
    assert found.best == "c"
    assert found.verdict == (
        "c is best: the metrics agree (W = 1.00, 1.00 to 1.00), and its mean rank is the lowest in 100 % of resamples."
    )


def test_metrics_that_rank_in_a_circle_name_none():
    found = agreement(noisy([[1, 2, 3], [2, 3, 1], [3, 1, 2]]), METHODS, METRICS)
    assert found.w == 0
    np.testing.assert_allclose(found.mean_ranks, 2)
    np.testing.assert_allclose(found.spreads, 1)
    np.testing.assert_allclose(found.correlations[0], [1, -0.5, -0.5])
    assert found.best is None
    assert found.verdict == "the metrics disagree (W = 0.00, 0.00 to 0.00): no method is named best."


def test_agreement_without_a_lead_names_none():
    scores = noisy([[1, 1, 1], [2, 2, 2], [2.001, 2.001, 2.001]])
    found = agreement(scores, METHODS, METRICS)
    assert found.best is None
    assert found.ahead < 0.95
    assert "no method is named best" in found.verdict


def test_samples_that_miss_a_number_are_left_out_for_all():
    scores = noisy([[1, 1, 1], [2, 2, 2], [3, 3, 3]], samples=5)
    scores[0, 0, 0] = np.nan
    scores[2, 1, 3] = np.nan
    assert agreement(scores, METHODS, METRICS).samples == 3
    nothing = agreement(np.full((3, 3, 2), np.nan), METHODS, METRICS)
    assert nothing.samples == 0
    assert nothing.best is None
    assert nothing.verdict == "no sample has every number: no ranks."


def test_few_methods_or_metrics_have_ranks_only():
    found = agreement(noisy([[1, 1, 1], [2, 2, 2]]), METHODS[:2], METRICS)
    assert np.isnan(found.w)
    assert found.best is None
    assert found.ranks.tolist() == [[2, 2, 2], [1, 1, 1]]
    assert found.verdict.startswith("2 methods and 3 metrics: ranks only")
    one = agreement(noisy([[1]]), ["a"], ["p"])
    assert one.best is None
    assert np.isnan(one.spreads).all()
    with pytest.raises(ShapeError, match="for 3 methods"):
        agreement(np.ones((2, 3, 4)), METHODS, METRICS)
