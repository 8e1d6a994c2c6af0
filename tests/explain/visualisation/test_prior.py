"""Generators as priors: known answers, what is fitted, and what is refused."""

from contextlib import contextmanager

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.climb.fading_steps import FadingSteps
from shiftscope.explain.visualisation.prior import fitted_prior, priors
from shiftscope.explain.visualisation.priors.pca import pca
from shiftscope.registry import defaults_of

ON = {"shape": (1, 6, 8), "range": (0.0, 1.0), "method": "activation_maximisation", "crops": 0, "steps": 80}


class Linear:
    """Pictures that are sums of a few, each as strong as its entry of the code says."""

    def __init__(self, pictures, high):
        self.pictures, self.low, self.high = pictures, torch.zeros(len(high)), high

    def __call__(self, codes):
        return torch.einsum("bq,qchw->bchw", codes, self.pictures.to(codes))


@pytest.fixture
def unit():
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(48, 1, bias=False)).double()


@pytest.fixture
def basis():
    return torch.rand(5, 1, 6, 8, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def pictures(count=40, shape=(1, 6, 8)):
    return torch.rand(count, *shape, generator=torch.Generator().manual_seed(2))


def test_codes_of_a_linear_generator_end_in_the_corner_of_their_box_that_the_unit_wants(unit, basis):
    high = torch.tensor(
        [0.02, 0.05, 0.01, 0.08, 0.03], dtype=torch.float64
    )  # so small that nothing is cut off
    unit[1].weight.data[0] += 0.013  # of which the unit wants some, and not others
    along = (basis.flatten(1) @ unit[1].weight[0]).detach()
    assert 0 < int((along > 0).sum()) < 5
    found = ss.visualise(unit, 0, prior=Linear(basis, high), **ON)
    wanted = (high * (along > 0)) @ basis.flatten(1)
    np.testing.assert_allclose(found.image.ravel(), wanted.numpy(), atol=1e-12)
    assert found.settings["prior"] == "Linear"
    assert "parametrisation" not in found.settings


def test_fading_steps_end_in_the_same_corner_shrunk_once(unit, basis):
    high = torch.tensor([0.02, 0.05, 0.01, 0.08, 0.03], dtype=torch.float64)
    unit[1].weight.data[0] += 0.013
    along = (basis.flatten(1) @ unit[1].weight[0]).detach()
    found = ss.visualise(unit, 0, prior=Linear(basis, high), optimiser="dgn-am", **ON)
    wanted = (0.99 * high * (along > 0)) @ basis.flatten(1)
    np.testing.assert_allclose(found.image.ravel(), wanted.numpy(), atol=1e-12)
    assert found.settings["optimiser"] == "dgn-am"


@pytest.mark.parametrize(
    ("steps", "expected"),
    # The gradient (4, -2, 1, 1) has a mean of 2: steps of 0.05 and then, half as long, of 0.025 of it.
    [(1, [0.4455, 0.198, 0.3465, 0.3465]), (2, [0.4455, 0.14652, 0.367785, 0.367785])],
)
def test_fading_steps_by_hand(steps, expected):
    unit = nn.Sequential(nn.Flatten(), nn.Linear(4, 1, bias=False)).double()
    unit[1].weight.data[0] = torch.tensor([4.0, -2.0, 1.0, 1.0])
    pixels = torch.eye(4, dtype=torch.float64).reshape(4, 1, 2, 2)
    generator = Linear(pixels, torch.tensor([0.45, 0.6, 0.6, 0.6], dtype=torch.float64))
    generator.codes = lambda shown: shown.flatten(1)
    given = {
        "image": torch.full((1, 2, 2), 0.3, dtype=torch.float64),
        "learning_rate": 0.1,
        "prior": generator,
    }
    asked = {**ON, **given, "shape": (1, 2, 2), "optimiser": "dgn-am", "snapshots": [1]}
    found = ss.visualise(unit, 0, **{**asked, "steps": 2})
    image = found.snapshots[1] if steps == 1 else found.image
    np.testing.assert_allclose(image.ravel(), expected, rtol=1e-9)


def test_fading_steps_leave_what_has_no_gradient():
    variable = torch.ones(3, requires_grad=True)
    variable.grad = torch.zeros(3)
    FadingSteps([variable], first=8.0, steps=2).step()
    assert torch.equal(variable.detach(), torch.ones(3))
    variable.grad = None
    FadingSteps([variable], first=8.0, steps=2).step()
    assert torch.equal(variable.detach(), torch.ones(3))


@pytest.mark.parametrize("scale", [1.0, 2.0**-126, 2.0**-130])
def test_fading_steps_are_as_long_for_a_gradient_next_to_nothing(scale):
    variable = torch.zeros(3, requires_grad=True)
    variable.grad = scale * torch.tensor([-2.0, 0.0, 4.0])  # of mean 2
    FadingSteps([variable], first=8.0, steps=2).step()
    assert variable.tolist() == [8.0, 0.0, -16.0]


def test_what_a_generator_makes_is_of_the_range_enlarged_and_cut_off(basis):
    mean = nn.Sequential(nn.Flatten(), nn.AdaptiveAvgPool1d(1)).double()
    mean.register_parameter("weight", nn.Parameter(torch.zeros(1, dtype=torch.float64)))
    generator = Linear(basis, torch.full((5,), 9.0, dtype=torch.float64))
    found = ss.visualise(mean, 0, prior=generator, **{**ON, "shape": (1, 12, 16), "range": (-2, 3)})
    assert found.image.shape == (1, 12, 16)
    np.testing.assert_array_equal(found.image, 3)


def test_a_generator_with_codes_starts_from_a_picture(unit, basis):
    generator = Linear(basis, torch.ones(5, dtype=torch.float64))
    code = torch.tensor([0.1, 0.2, 0.0, 0.3, 0.1], dtype=torch.float64)
    start = generator(code[None])[0]
    asked = {**ON, "steps": 0, "image": start, "prior": generator}
    with pytest.raises(BadRequest, match="Linear cannot start from a picture"):
        ss.visualise(unit, 0, **asked)
    back = torch.linalg.pinv(basis.flatten(1))
    generator.codes = lambda shown: shown.flatten(1) @ back
    np.testing.assert_allclose(ss.visualise(unit, 0, **asked).image, start, atol=1e-12)


def test_principal_components_are_those_of_the_pictures():
    for shown in (pictures(20, (2, 6, 8)), pictures(60, (1, 4, 5))):  # fewer and more pictures than numbers
        found, flat = pca(shown), shown.flatten(1).double().numpy()
        _, lengths, components = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
        count = min(len(shown) - 1, shown[0].numel())
        assert len(found.low) == count
        np.testing.assert_allclose(found.high, 3 * lengths[:count] / np.sqrt(len(shown)), rtol=1e-6)
        alike = np.abs((found.axes.flatten(1).numpy() * components[:count]).sum(1))
        np.testing.assert_allclose(alike, 1, atol=1e-6)
        torch.testing.assert_close(found(found.codes(shown.double())), shown.double())


def test_a_linear_unit_wants_the_corner_of_the_components(unit):
    shown = 0.5 + 0.02 * (pictures() - 0.5)  # so alike that no corner is cut off
    found = ss.visualise(unit, 0, prior="pca", reference=shown, **ON)
    made = pca(shown)
    along = made.axes.flatten(1) @ unit[1].weight[0].detach()
    corner = made(torch.where(along > 0, made.high, made.low)[None])
    np.testing.assert_allclose(found.image, corner[0], atol=1e-9)


def test_an_autoencoder_learns_to_give_pictures_back():
    shades = torch.linspace(0.1, 0.9, 40)[:, None, None, None].expand(40, 1, 9, 12).contiguous()
    found = fitted_prior("autoencoder", shades, (0.0, 1.0), steps=100)
    back = found(found.codes(shades))
    assert back.shape == shades.shape
    assert float((back - shades).square().mean()) < 0.3 * float(shades.var())
    assert not any(weight.requires_grad for weight in found.parameters())
    codes = found.codes(shades)
    torch.testing.assert_close(codes.mean(0), torch.zeros(len(found.low)), atol=1e-3, rtol=0)


@pytest.mark.parametrize("name", priors)
def test_the_same_pictures_give_the_same_prior_whatever_the_global_numbers_are(name):
    few = {"steps": 100} if "steps" in defaults_of(priors[name]) else {}
    before = torch.get_rng_state()
    first, again = (priors[name](pictures(), **few) for _ in range(2))
    assert torch.equal(before, torch.get_rng_state())
    code = (first.high / 3)[None]
    assert torch.equal(first(code), again(code))


def test_a_prior_is_trained_for_as_many_steps_as_asked_and_tells_how_far_it_is(unit):
    told = []

    @contextmanager
    def progress(name, done, total, *, counted):
        told.append((name, done, total, counted))
        yield told.append

    asked = {"steps": 100, "progress": progress}
    found = fitted_prior("autoencoder", pictures(34), (0.0, 1.0), **asked)
    assert told == [("fitting the prior autoencoder", 0, 100, "steps"), *[1] * 100]
    assert fitted_prior("autoencoder", pictures(34), (0.0, 1.0), **asked) is found
    assert len(told) == 101
    drawn = {
        steps: ss.visualise(unit, 0, **ON, prior="autoencoder", prior_steps=steps, reference=pictures(34))
        for steps in (100, 101)
    }
    assert drawn[101].settings["prior_steps"] == 101
    assert not np.array_equal(drawn[100].image, drawn[101].image)


def test_a_prior_is_fitted_once_for_many_pictures():
    shown = pictures(33)
    assert fitted_prior("pca", shown, (0.0, 1.0)) is fitted_prior("pca", shown.clone(), (0.0, 1.0))
    assert fitted_prior("pca", shown, (0.0, 1.0)) is not fitted_prior("pca", shown, (0.0, 2.0))


def test_large_pictures_are_fitted_small():
    made = fitted_prior("pca", pictures(33, (3, 32, 160)), (0.0, 1.0))
    assert made((made.high / 3)[None]).shape == (1, 3, 13, 64)


class Training(nn.Module):
    low, high = torch.zeros(2), torch.ones(2)

    def forward(self, codes):
        return codes[:, :, None, None]


def boxed(low, high):
    made = Linear(torch.rand(len(high), 1, 6, 8), torch.as_tensor(high))
    made.low = torch.as_tensor(low)
    return made


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prior": "pcb"}, "closest: 'pca'"),
        ({"prior": "pca", "reference": pictures(31)}, "32 at least, and not on 31"),
        ({"prior": "pca", "reference": None}, "32 at least, and not on 0"),
        ({"prior": "pca", "reference": torch.full((40, 1, 6, 8), 0.5)}, "all of one grey"),
        ({"prior": "pca", "parametrisation": "pixel"}, "parametrisation='pixel' has no place beside it"),
        ({"prior": lambda codes: codes}, "give 'autoencoder', 'pca', or a generator"),
        ({"prior": 3}, "prior=3"),
        ({"prior": Training()}, "call its eval\\(\\) first"),
        ({"prior": Training().eval()}, "makes \\(1, 2, 1, 1\\) of one code"),
        ({"prior": boxed([0.0], [1.0, 2.0])}, "one number for each entry of a code"),
        ({"prior": boxed([0.0], [float("inf")])}, "not finite"),
        ({"prior": boxed([2.0], [1.0])}, "a low end above a high one"),
        ({"optimiser": "dgn-am"}, "give one, as prior='pca'"),
        ({"optimiser": "sgd", "prior": "pca"}, "it can be 'adam' or 'dgn-am'"),
        ({"prior_steps": 9}, "give one, as prior='autoencoder'"),
        ({"prior_steps": 9, "prior": "pca"}, "'pca' is not trained in steps"),
        ({"prior_steps": 0, "prior": "autoencoder"}, "prior_steps=0"),
        ({"prior_steps": 99, "prior": "autoencoder"}, "prior_steps=99; it is a whole number of at least 100"),
        ({"together": 0}, "together=0"),
        ({"together": 2, "image": pictures(1)[0]}, "start from noise"),
        ({"diversity": -1}, "diversity=-1"),
    ],
)
def test_bad_priors_are_refused_with_what_to_give(unit, change, message):
    with pytest.raises(BadRequest, match=message):
        ss.visualise(unit, 0, **{**ON, "steps": 1, "reference": pictures(), **change})
