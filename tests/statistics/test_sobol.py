"""Total indices of functions whose answers are known."""

import numpy as np
import pytest

from shiftscope.statistics.sobol import design, replicas, total_indices


def indices(function, arguments, rows, seed=0):
    first, second = design(arguments, rows, np.random.default_rng(seed))
    return total_indices(function(first), np.stack([function(each) for each in replicas(first, second)]))


def test_an_additive_function_shares_its_variance_by_squared_weights():
    found = indices(lambda x: x @ np.array([3.0, 2.0, 1.0, 0.0]), 4, 1024)
    np.testing.assert_allclose(found, np.array([9, 4, 1, 0]) / 14, atol=0.005)
    assert found[3] == 0


def test_both_factors_of_a_product_have_a_part_in_four_sevenths():
    np.testing.assert_allclose(indices(lambda x: x.prod(axis=1), 2, 1024), [4 / 7, 4 / 7], atol=0.01)


def test_the_function_of_ishigami_and_homma():
    a, b = 7.0, 0.1

    def ishigami(x):
        one, two, three = (2 * np.pi * x - np.pi).T
        return np.sin(one) + a * np.sin(two) ** 2 + b * three**4 * np.sin(one)

    alone = 0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8
    together = b**2 * np.pi**8 * (1 / 18 - 1 / 50)  # of the first and the third
    exact = np.array([alone[0] + together, alone[1], together]) / (sum(alone) + together)
    np.testing.assert_allclose(indices(ishigami, 3, 4096), exact, atol=0.01)


def test_a_constant_function_has_none():
    assert np.isnan(indices(lambda x: np.ones(len(x)), 3, 8)).all()


def test_each_replica_has_one_argument_of_the_second_design():
    first, second = np.zeros((2, 3)), np.ones((2, 3))
    np.testing.assert_array_equal(replicas(first, second)[:, 0], np.eye(3))


def test_the_same_generator_gives_the_same_design():
    one, other = (design(3, 8, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert one[0].shape == one[1].shape == (8, 3)
    assert not np.isclose(one[0], one[1]).any()
    assert pytest.approx(0.5, abs=0.1) == one[0].mean()
