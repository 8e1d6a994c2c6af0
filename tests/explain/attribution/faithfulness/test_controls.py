from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import sobel

from shiftscope.errors import ModelError
from shiftscope.explain.attribution.faithfulness.controls import edges, plain_gradient, random_scores


def test_edges_are_scipys_sobel_of_the_grey_picture():
    inputs = torch.randn(2, 3, 7, 9, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for picture, found in zip(inputs.mean(1).numpy(), edges(inputs).numpy(), strict=True):
        expected = np.hypot(sobel(picture, 0, mode="nearest"), sobel(picture, 1, mode="nearest"))
        np.testing.assert_allclose(found, expected, atol=1e-12)


def test_the_plain_gradient_of_a_quadratic_is_twice_its_input_whatever_is_beside_it():
    inputs = torch.tensor([[1.0, -2.0], [3.0, 0.0], [0.5, 4.0]])
    assert plain_gradient(lambda x: (x**2).sum(1), inputs, rows=2).tolist() == [[2, 4], [6, 0], [1, 8]]
    both = plain_gradient(lambda x: x**2, inputs, rows=2)
    assert both[0].tolist() == [[2, 0], [0, 4]]
    one = plain_gradient(lambda x: x**2, inputs, column=torch.tensor([1, 0, 1]), rows=2)
    assert one.tolist() == [[0, 4], [6, 0], [0, 8]]
    with pytest.raises(ModelError, match="no gradient"):
        plain_gradient(lambda x: x.detach().sum(1), inputs)


def test_random_maps_of_a_sample_do_not_depend_on_how_many_there_are():
    assert torch.equal(random_scores(3, 5, draws=2, seed=1)[:, :2], random_scores(2, 5, draws=2, seed=1))
    assert not torch.equal(random_scores(1, 5, draws=1, seed=1), random_scores(1, 5, draws=1, seed=2))
