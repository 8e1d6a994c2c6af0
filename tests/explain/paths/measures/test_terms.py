"""The terms of a pair add up to its divergence."""

import numpy as np
import pytest

from shiftscope.errors import BadRequest
from shiftscope.explain.paths.counting.count import Counter
from shiftscope.explain.paths.counting.map_inputs import MapInputs
from shiftscope.explain.paths.counting.path_counts import count_paths
from shiftscope.explain.paths.counting.rules import RULES
from shiftscope.explain.paths.measures.divergences import divergences
from shiftscope.explain.paths.measures.frequencies import Frequencies
from shiftscope.explain.paths.measures.terms import terms


def test_they_add_up_to_the_divergence_by_unit_and_by_output():
    rng = np.random.default_rng(0)
    counter = Counter(
        rng.normal(size=(4, 30)).astype(np.float32), rng.normal(size=4).astype(np.float32), RULES["abs_mean"]
    )
    responses, labels = np.maximum(rng.normal(size=(60, 30)), 0).astype(np.float16), np.arange(60) % 3
    whole = divergences(count_paths(counter, MapInputs.of_arrays(responses, labels), 3), Frequencies()).kl
    found = terms(counter, responses[labels == 0], responses[labels == 2], Frequencies())
    assert found.terms.shape == (4, 31)
    np.testing.assert_allclose(
        [found.kl, found.by_column.sum(), found.by_output.sum()], whole[0, 2], rtol=1e-5
    )
    assert (found.terms >= -1e-15).all()


def test_a_path_by_hand():
    # One path: significant in 1 of 2 and in 1 of 4 samples.
    counter = Counter(np.array([[1.0, -1.0]], np.float32), None, RULES["abs_mean"])
    on, off = [3.0, 1.0], [1.0, 1.0]  # N = [3, -1], mean 1: the first path; N = [1, -1], mean 0: both
    found = terms(counter, np.array([on, off]), np.array([on, on, on, off]), Frequencies("none"))
    np.testing.assert_allclose(found.first, [[1, 0.5]])
    np.testing.assert_allclose(found.second, [[1, 0.25]])
    expected = (0.5 * np.log(0.5 / 0.25) + 0.5 * np.log(0.5 / 0.75)) / 2
    np.testing.assert_allclose(found.kl, expected, rtol=1e-9)


def test_without_smoothing_a_path_that_only_one_shows_is_infinite():
    counter = Counter(np.array([[1.0, -1.0]], np.float32), None, RULES["abs_mean"])
    on, off = np.array([[3.0, 1.0]]), np.array([[1.0, 1.0]])
    assert np.isinf(terms(counter, off, on, Frequencies("none")).terms).tolist() == [[False, True]]
    assert np.isfinite(terms(counter, off, on, Frequencies("jeffreys")).kl)


def test_no_samples_are_refused():
    counter = Counter(np.ones((1, 2), np.float32), None, RULES["abs_mean"])
    with pytest.raises(BadRequest, match="one of these has none"):
        terms(counter, np.ones((0, 2)), np.ones((1, 2)), Frequencies())
