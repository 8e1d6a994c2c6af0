from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from shiftscope.errors import BadRequest, LayerNotFound, ModelError, ShapeError
from shiftscope.explain.attribution.faithfulness.controls import edges
from shiftscope.explain.attribution.faithfulness.randomised import (
    DEPENDS,
    DOES_NOT,
    IS_INPUT,
    cascade,
    estimate_again,
    randomise,
    randomised_weights,
)


def gradient(model: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    asked = inputs.detach().clone().requires_grad_()
    return torch.autograd.grad(model(asked).sum(), asked)[0]


def saliency(model: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    return gradient(model, inputs).abs()


def gradient_x_input(model: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    return inputs * gradient(model, inputs)


def with_background(samples: int, seed: int = 0) -> torch.Tensor:
    """Pictures of 32 x 32 that are zero but for 410 places."""
    inputs = torch.randn(samples, 1, 32, 32, generator=torch.Generator().manual_seed(seed)).abs()
    return inputs * (torch.arange(1024).reshape(32, 32) < 410)


def linear(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(1024, 1))


def small() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 5), nn.Linear(5, 2)
    )


def test_the_edges_of_the_input_do_not_depend_on_the_weights():
    found = randomised_weights(linear(), with_background(5), lambda model, inputs: edges(inputs))
    assert found.after.mean == pytest.approx(1)
    assert found.verdict == DOES_NOT
    assert found.rows["edges"].mean == pytest.approx(1)
    assert found.rows["edges"].verdict == DOES_NOT
    assert found.rows["this map and the edges"].mean == pytest.approx(1)


def test_the_saliency_of_a_linear_model_is_forgotten():
    inputs = torch.randn(6, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    found = randomised_weights(linear(), inputs, saliency)
    assert (abs(found.similarity) < 3 / np.sqrt(1024)).all()
    assert found.verdict == DEPENDS
    assert found.modules == ("1",)


def test_the_background_that_a_product_with_the_input_shows_is_taken_away():
    found = randomised_weights(linear(), with_background(8), gradient_x_input, multiplies=True)
    assert found.raw.mean() > 0.9
    assert abs(found.similarity.mean()) < 0.1
    assert found.verdict == DEPENDS
    assert found.rows["|x - baseline|"].verdict == IS_INPUT
    assert found.rows["this map and |x - baseline|"].mean > 0.9


def test_a_map_that_is_the_input_is_said_to_be():
    found = randomised_weights(
        linear(), with_background(4), lambda model, inputs: inputs.abs(), multiplies=True, seeds=1
    )
    assert np.isnan(found.similarity).all()
    assert found.after.samples == 0
    assert found.verdict == IS_INPUT


def test_a_dead_network_is_not_the_input():
    found = randomised_weights(
        linear(),
        with_background(4),
        lambda model, inputs: gradient_x_input(model, inputs) * (torch.rand(()) < 0),
        multiplies=True,
        seeds=1,
    )
    assert found.after.samples == 0
    assert found.verdict == "unclear"


def test_a_second_trained_model_stands_beside_it():
    model = linear(1)
    inputs = torch.randn(4, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    found = randomised_weights(linear(), inputs, saliency, other=model, seeds=1)
    assert abs(found.rows["a second trained model"].mean) < 0.1
    again = randomised_weights(linear(), inputs, saliency, other=linear(), seeds=1)
    assert again.rows["a second trained model"].mean == pytest.approx(1)


def test_the_cascade_runs_back_from_the_target_and_leaves_the_model_and_random_numbers_alone():
    model, inputs = small(), torch.randn(6, 1, 8, 8)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.get_rng_state()
    found = randomised_weights(model, inputs, saliency, seeds=2)
    assert found.modules == ("5", "4", "1", "0")
    assert found.similarity.shape == (4, 2, 6)
    assert found.curve.shape == (4,)
    assert torch.equal(torch.get_rng_state(), state)
    assert model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    again = randomised_weights(model, inputs, saliency, seeds=2)
    np.testing.assert_array_equal(found.similarity, again.similarity)
    assert torch.equal(found.maps, again.maps)
    other = randomised_weights(model, inputs, saliency, seeds=2, seed=1)
    assert not np.array_equal(found.similarity, other.similarity)


def test_modules_behind_the_layer_of_the_target_are_left_alone():
    model, inputs = small(), torch.randn(2, 1, 8, 8)
    assert cascade(model, inputs, until="4") == ["4", "1", "0"]
    assert cascade(model, inputs, until="2") == ["1", "0"]
    with pytest.raises(LayerNotFound, match="no layer named '9'"):
        cascade(model, inputs, until="9")
    with pytest.raises(ModelError, match="nothing to randomise"):
        cascade(nn.Flatten(), inputs)


def test_weights_of_modules_that_are_used_without_being_called_are_randomised():
    class Tokens(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.place = nn.Parameter(torch.arange(4.0))
            self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            tokens = inputs + self.place
            return self.attention(tokens, tokens, tokens)[0].sum((1, 2))

    model, inputs = Tokens().eval(), torch.randn(3, 5, 4)
    names = cascade(model, inputs)
    assert names == ["attention.out_proj", "attention", ""]
    before = {name: value.clone() for name, value in model.named_parameters()}
    for name in names:
        randomise(model.get_submodule(name), seed=0)
    changed = {name for name, value in model.named_parameters() if not torch.equal(value, before[name])}
    assert changed >= {"place", "attention.in_proj_weight", "attention.out_proj.weight"}
    assert sorted(model.place.tolist()) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "kind", [nn.utils.parametrizations.weight_norm, nn.utils.parametrizations.spectral_norm]
)
def test_weights_that_are_made_of_others_are_randomised(kind: object):
    model = nn.Sequential(kind(nn.Linear(6, 4))).eval()  # type: ignore[operator]
    inputs = torch.randn(3, 6)
    before = model(inputs)
    for name in cascade(model, inputs):
        randomise(model.get_submodule(name), seed=0)
    assert not torch.allclose(model(inputs), before)


def test_running_statistics_are_those_of_the_reference():
    model = small().eval()
    reference = torch.randn(100, 1, 8, 8, generator=torch.Generator().manual_seed(0)) * 3 + 1
    estimate_again(model, reference)
    seen = model[0](reference)
    torch.testing.assert_close(model[1].running_mean, seen.mean((0, 2, 3)), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(model[1].running_var, seen.var((0, 2, 3)), atol=0.2, rtol=0.02)
    assert not model[1].training
    assert model[1].momentum == 0.1
    with pytest.raises(BadRequest, match="at least 2"):
        estimate_again(model, reference[:1])


def test_maps_of_other_samples_are_refused():
    with pytest.raises(ShapeError, match="for 4 samples"):
        randomised_weights(linear(), with_background(4), lambda model, inputs: inputs[:2])
    with pytest.raises(BadRequest, match="seeds=0"):
        randomised_weights(linear(), with_background(4), saliency, seeds=0)


@pytest.mark.slow
def test_over_many_draws_the_partial_similarity_of_a_linear_model_is_nothing():
    found = randomised_weights(linear(), with_background(10), gradient_x_input, multiplies=True, seeds=20)
    assert abs(found.similarity.mean()) < 0.1
    assert found.raw.mean() > 0.9
