"""How wrong an answer is, against another's formula."""

import numpy as np
import torch

from shiftscope.outcomes.loss import cross_entropy


def test_it_is_the_cross_entropy_of_torch():
    rng = np.random.default_rng(0)
    logits, labels = 30 * rng.standard_normal((50, 7)), rng.integers(0, 7, 50)
    expected = torch.nn.functional.cross_entropy(
        torch.from_numpy(logits), torch.from_numpy(labels), reduction="none"
    )
    np.testing.assert_allclose(cross_entropy(logits, labels), expected.numpy(), atol=1e-12)


def test_large_logits_do_not_overflow_and_what_is_missing_has_no_loss():
    logits = np.array([[1000.0, 0.0], [0.0, 0.0], [np.nan, np.nan]])
    found = cross_entropy(logits, np.array([1, -1, 0]))
    np.testing.assert_array_equal(found, [1000.0, np.nan, np.nan])
