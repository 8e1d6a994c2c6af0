from __future__ import annotations

import numpy as np
import pytest
import torch

from shiftscope.errors import BadRequest, ResponseError, ShapeError
from shiftscope.explain.attribution.faithfulness.controls import random_scores
from shiftscope.explain.attribution.faithfulness.curves import curves, step_counts
from shiftscope.explain.attribution.faithfulness.explained import Explained
from shiftscope.explain.attribution.faithfulness.features import Coefficients, Groups
from shiftscope.explain.attribution.faithfulness.fills import filled


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_on_a_linear_model_deletion_is_the_sum_of_what_is_left_and_the_reversed_order_mirrors_insertion():
    weights, inputs = drawn(12), drawn(5, 12, seed=1)
    features, zero = Groups((12,)), torch.zeros_like(inputs)
    explained = Explained(lambda x: x @ weights, inputs, rows=7)
    parts = weights * inputs
    found = curves(explained, parts, features, zero)
    sorted_parts = -np.sort(-parts.numpy(), axis=1)
    gone = np.concatenate([np.zeros((5, 1)), sorted_parts.cumsum(axis=1)], axis=1)
    np.testing.assert_allclose(found.deletion_curve.T, gone[:, -1:] - gone, atol=1e-12)
    np.testing.assert_allclose(found.insertion_curve.T, gone, atol=1e-12)
    np.testing.assert_allclose(found.deletion, np.trapezoid(gone[:, -1:] - gone, dx=1 / 12, axis=1))
    backwards = curves(explained, -parts, features, zero)
    np.testing.assert_allclose(backwards.insertion_curve, found.reversed().insertion_curve, atol=1e-12)
    np.testing.assert_allclose(found.reversed().faithfulness, -found.faithfulness, atol=1e-12)


@pytest.mark.parametrize("fill", ["zero", "channel_mean"])
def test_a_random_map_of_a_linear_model_has_no_faithfulness_on_average(fill: str):
    weights, inputs = drawn(2, 5, 5), drawn(3, 2, 5, 5, seed=1)
    explained = Explained(lambda x: (x * weights).sum((1, 2, 3)), inputs, rows=500)
    empty = filled(inputs, fill)  # type: ignore[arg-type]
    each = [
        curves(explained, scores, Groups((2, 5, 5)), empty, steps=6).faithfulness
        for scores in random_scores(3, 25, draws=50)
    ]
    error = np.std(each, axis=0, ddof=1) / np.sqrt(50)
    assert (abs(np.mean(each, axis=0)) < 3 * error).all()


def test_curves_are_those_of_one_feature_after_the_other():
    inputs, maps = drawn(3, 2, 4, 4), drawn(3, 4, 4, seed=1)
    layer = torch.nn.Linear(32, 6).double()

    def values(x: torch.Tensor) -> torch.Tensor:
        return layer(x.flatten(1)).softmax(1)

    category = torch.tensor([4, 0, 2])
    fill = filled(inputs, "blur")
    explained = Explained(values, inputs, column=category, rows=5)
    features = Groups((2, 4, 4))
    found = curves(explained, features.scores(maps), features, fill, steps=5)
    for sample in range(3):
        order = sorted(range(16), key=lambda place: -maps[sample].flatten()[place].item())
        gone, come = inputs[sample].clone(), fill[sample].clone()
        changed = 0
        for step, count in enumerate([0, 3, 6, 9, 12, 16]):
            for place in order[changed:count]:
                gone[:, place // 4, place % 4] = fill[sample, :, place // 4, place % 4]
                come[:, place // 4, place % 4] = inputs[sample, :, place // 4, place % 4]
            changed = count
            for curve, point in ((found.deletion_curve, gone), (found.insertion_curve, come)):
                expected = values(point[None])[0, category[sample]].item()
                assert curve[step, sample] == pytest.approx(expected, abs=1e-12)
    np.testing.assert_allclose(found.shares, np.array([0, 3, 6, 9, 12, 16]) / 16)


def test_of_equal_scores_the_first_goes_first():
    inputs = torch.tensor([[1.0, 10.0, 100.0]])
    explained = Explained(lambda x: x.sum(1), inputs)
    found = curves(explained, torch.zeros(1, 3), Groups((3,)), torch.zeros(1, 3))
    assert found.insertion_curve[:, 0].tolist() == [0, 1, 11, 111]


def test_a_unit_is_measured_by_its_response_to_the_whole_and_silent_samples_are_left_out():
    inputs = torch.tensor([[2.0, 2.0], [-1.0, -1.0]])
    explained = Explained(lambda x: torch.stack([x.sum(1), -x[:, 0]], dim=1), inputs)
    scores = torch.tensor([1.0, 0.0]).expand(2, 2, 2)
    found = curves(explained, scores, Groups((2,)), torch.zeros(2, 2), relative=True)
    assert found.left_out.tolist() == [[False, True], [True, False]]
    assert found.deletion_curve[:, 0, 0].tolist() == [1, 0.5, 0]
    assert found.insertion_curve[:, 1, 1].tolist() == [0, 1, 1]
    assert np.isnan(found.faithfulness[0, 1])


def test_a_map_that_is_not_finite_is_left_out_alone():
    inputs = drawn(3, 4)
    scores = torch.ones(3, 4)
    scores[1, 2] = torch.nan
    found = curves(Explained(lambda x: x.sum(1), inputs), scores, Groups((4,)), torch.zeros_like(inputs))
    assert found.left_out.tolist() == [False, True, False]
    assert np.isnan(found.deletion).tolist() == [False, True, False]


def test_coefficients_go_as_places_do():
    weights, inputs = drawn(1, 16, 16), drawn(2, 1, 16, 16, seed=1)
    features = Coefficients((1, 16, 16), level=2)
    explained = Explained(lambda x: (x * weights).sum((1, 2, 3)), inputs)
    zero = torch.zeros_like(inputs)
    parts = features._analysed(inputs, "reflect")[:, 0] * features._analysed(weights[None], "zero")[:, 0]
    found = curves(explained, parts, features, zero)
    expected = -np.sort(-parts.numpy(), axis=1).cumsum(axis=1)
    np.testing.assert_allclose(found.insertion_curve[1:].T, expected, atol=1e-10)


def test_steps_are_as_equal_as_can_be_and_all_features_where_there_are_few():
    assert step_counts(10, 4).tolist() == [0, 2, 5, 7, 10]
    assert len(step_counts(256, None)) == 257
    assert len(step_counts(257, None)) == 33
    assert step_counts(3, 8).tolist() == [0, 1, 2, 3]
    with pytest.raises(BadRequest, match="at least 1"):
        step_counts(3, 0)


def test_the_only_unit_and_a_unit_by_its_number_are_one_number_a_sample():
    inputs = torch.tensor([[1.0, 2.0], [3.0, 5.0]])
    only = Explained(lambda x: x.sum(1, keepdim=True), inputs)
    np.testing.assert_array_equal(only.whole, [3, 8])
    np.testing.assert_array_equal(only.of(2 * inputs), [6, 16])
    for column in (1, np.int64(1), torch.tensor(1), torch.tensor([1, 1])):
        second = Explained(lambda x: x, inputs, column=column)
        np.testing.assert_array_equal(second.whole, [2, 5])
        assert second.shape == (2,)
    for column in (2, -1, 0.0, True):
        with pytest.raises(ShapeError, match="a whole number below 2"):
            Explained(lambda x: x, inputs, column=column)


def test_what_is_explained_gives_one_finite_number_an_input():
    inputs = drawn(3, 4)
    with pytest.raises(ShapeError, match="one row of numbers"):
        Explained(lambda x: x.sum(), inputs)
    with pytest.raises(ShapeError, match="one of several"):
        Explained(lambda x: x.sum(1), inputs, column=torch.tensor([0, 0, 0]))
    with pytest.raises(ShapeError, match="below 4"):
        Explained(lambda x: x, inputs, column=torch.tensor([0, 0, 4]))
    with pytest.raises(ResponseError, match="number 1 of sample 2 is nan"):
        Explained(lambda x: torch.tensor([[0, 0], [0, 0], [0, torch.nan]]), inputs)
    with pytest.raises(ShapeError, match="scores of"):
        curves(Explained(lambda x: x.sum(1), inputs), torch.ones(3, 5), Groups((4,)), inputs)


def test_a_sample_has_the_curves_that_it_has_alone():
    net = torch.nn.Sequential(
        torch.nn.Conv2d(1, 3, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(48, 1)
    )
    inputs = drawn(4, 1, 6, 6).float()
    maps, features = drawn(4, 6, 6, seed=1), Groups((1, 6, 6))

    def of(rows: slice) -> np.ndarray:
        explained = Explained(lambda x: net(x)[:, 0], inputs[rows])
        return curves(
            explained, features.scores(maps[rows]), features, filled(inputs[rows], "blur")
        ).faithfulness

    np.testing.assert_allclose(of(slice(2, 3))[0], of(slice(None))[2], rtol=1e-5, atol=1e-6)


def test_shares_are_exact_to_double_precision():
    weights = torch.arange(1.0, 8, dtype=torch.float64)
    explained = Explained(lambda inputs: inputs @ weights, torch.ones(1, 7, dtype=torch.float64))
    found = curves(explained, weights[None], Groups((7,)), torch.zeros(1, 7, dtype=torch.float64))
    np.testing.assert_allclose(found.shares, [k / 7 for k in range(8)], rtol=0, atol=1e-15)
