import numpy as np
import pytest

from shiftscope.tuning.contributions import argument, contrast

WEIGHT = np.array([[1.0, 2.0], [0.5, -1.0], [0.0, 0.0]])
BIAS = np.array([0.5, -0.5, 0.0])


def test_contributions_and_bias_sum_to_the_difference_of_the_logits():
    rng = np.random.default_rng(0)
    weight, bias, responses = rng.normal(size=(4, 30)), rng.normal(size=4), rng.random(30)
    said = argument(responses, weight @ responses + bias, weight, bias, category=3, against=1)
    assert said.by_unit.sum() + said.bias == pytest.approx(said.difference)
    assert said.residual == pytest.approx(0, abs=1e-12)


def test_a_unit_contributes_its_response_times_the_difference_of_its_weights():
    said = argument(np.array([2.0, 3.0]), np.zeros(3), WEIGHT, BIAS, category=0, against=1)
    np.testing.assert_allclose(said.by_unit, [2 * 0.5, 3 * 3.0])
    assert said.bias == 1.0


def test_the_residual_is_what_units_and_bias_leave_open():
    said = argument(np.array([2.0, 3.0]), np.array([12.5, 1.0, 0.0]), WEIGHT, BIAS, category=0, against=1)
    assert said.residual == pytest.approx(11.5 - 10 - 1)


def test_a_contrast_holds_only_what_differs_between_the_sets():
    confused = argument(np.array([2.0, 3.0]), np.array([9.0, 0, 0]), WEIGHT, BIAS, category=0, against=1)
    right = argument(np.array([2.0, 1.0]), np.array([4.0, 0, 0]), WEIGHT, BIAS, category=0, against=1)
    said = contrast(confused, right)
    np.testing.assert_allclose(said.by_unit, [0, 6])
    assert (said.bias, said.difference, said.residual) == (0, 5, -1)
