"""Energy, by hand and against another's formula."""

import numpy as np
import torch

from shiftscope.outcomes.energy import energy


def test_it_is_minus_the_logarithm_of_the_summed_exponentials():
    np.testing.assert_allclose(energy(np.log([[1.0, 1.0], [3.0, 1.0]])), [-np.log(2), -np.log(4)])
    logits = 30 * np.random.default_rng(0).standard_normal((20, 7))
    expected = -torch.logsumexp(torch.from_numpy(logits), dim=1).numpy()
    np.testing.assert_allclose(energy(logits), expected)


def test_large_logits_do_not_overflow_and_skipped_samples_have_none():
    np.testing.assert_array_equal(energy(np.array([[1000.0, 0.0], [np.nan, np.nan]])), [-1000.0, np.nan])
