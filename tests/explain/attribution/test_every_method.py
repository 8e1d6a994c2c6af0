"""What holds for every method of the registry; a new one is covered at once."""

import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.errors import BadRequest, ModelError
from shiftscope.explain.attribution.attribution import attributions

FEW = {"n": 5, "n_steps": 5, "spread": 0.1, "window": 4, "stride": 4}


class Net(nn.Module):
    """In-place ReLU, dropout and batch norm, in training mode as it comes."""

    def __init__(self, channels=3):
        super().__init__()
        self.conv = nn.Conv2d(channels, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.act = nn.ReLU(inplace=True)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        return self.head(self.drop(self.act(self.norm(self.conv(x))).mean((2, 3))))


def made(channels=3):
    torch.manual_seed(0)
    return Net(channels).train(), torch.randn(8, channels, 8, 8)


def maps(model, inputs, target, name, **options):
    """The answer as one tensor: coefficients of wavelets side by side, several units on the second axis."""
    few = {option: FEW[option] for option in attributions[name].options if option in FEW}
    found = ss.attribute(model, inputs, target, method=name, **few, **options)
    if isinstance(found, list):  # of several units
        return torch.stack([of_coefficients(each) for each in found], dim=1)
    return found if isinstance(found, torch.Tensor) else of_coefficients(found)


def of_coefficients(found):
    approximation, *details = found.values
    bands = [approximation, *(band for each in details for band in each.values())]
    return torch.cat([torch.from_numpy(band).flatten(1) for band in bands], dim=1)


every_method = pytest.mark.parametrize("name", list(attributions))


@every_method
@pytest.mark.parametrize("target", [1, "norm:2"])
def test_a_batch_of_eight_equals_eight_batches_of_one(name, target):
    model, inputs = made()
    together = maps(model, inputs, target, name)
    alone = torch.cat([maps(model, inputs[row : row + 1], target, name) for row in range(8)])
    torch.testing.assert_close(together, alone, rtol=1e-5, atol=1e-6)
    assert together.abs().max() > 0


@every_method
def test_a_doubled_batch_changes_no_map(name):
    model, inputs = made()
    once = maps(model, inputs[:3], 1, name)
    twice = maps(model, torch.cat([inputs[:3], inputs[:3]]), 1, name)
    torch.testing.assert_close(twice, torch.cat([once, once]), rtol=1e-5, atol=1e-6)


@every_method
def test_one_channel_is_enough(name):
    model, inputs = made(channels=1)
    found = maps(model, inputs[:2], 1, name)
    assert found.isfinite().all()
    assert len(found) == 2


@every_method
def test_the_same_seed_gives_the_same_map_whatever_random_numbers_are_around(name):
    model, inputs = made()
    first = maps(model, inputs[:2], 1, name, seed=3)
    torch.rand(5)
    assert torch.equal(first, maps(model, inputs[:2], 1, name, seed=3))


@every_method
def test_how_many_points_a_pass_takes_changes_no_map(name):
    model, inputs = made()
    few = maps(model, inputs[:3], 1, name, internal_batch_size=2)
    torch.testing.assert_close(few, maps(model, inputs[:3], 1, name), rtol=1e-5, atol=1e-6)


@every_method
def test_a_map_has_the_dtype_of_the_inputs_and_no_graph(name):
    model, inputs = made()
    found = maps(model.double(), inputs[:2].double().requires_grad_(), 1, name)
    assert found.dtype == torch.float64
    assert not found.requires_grad


@every_method
def test_units_of_one_layer_share_passes_and_get_their_own_maps(name):
    model, inputs = made()
    units = ["norm:0", "norm:2"]
    found = maps(model, inputs[:2], units, name)
    assert found.shape[:2] == (2, 2)
    assert attributions[name].wavelets or found.shape[2:] == (3, 8, 8)
    for place, unit in enumerate(units):
        torch.testing.assert_close(found[:, place], maps(model, inputs[:2], unit, name), rtol=1e-5, atol=1e-6)


@every_method
def test_a_unit_that_reads_nothing_has_a_map_of_zeros(name):
    model, inputs = made()
    found = maps(model, inputs[:2], lambda output: 0 * output[:, 0], name)
    assert torch.equal(found, torch.zeros_like(found))


def state_of(model):
    return (
        [module.training for module in model.modules()],
        [(weight.requires_grad, weight.grad) for weight in model.parameters()],
        [len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules()],
        [buffer.clone() for buffer in model.buffers()],
    )


@every_method
@pytest.mark.parametrize("fails", [False, True])
def test_the_model_and_the_global_random_numbers_stay_as_they_were(name, fails):
    model, inputs = made()
    model.conv.weight.grad = torch.ones_like(model.conv.weight)
    model.head.bias.requires_grad_(False)
    model.act.register_forward_hook(lambda module, arguments, output: None)
    before, random = state_of(model), torch.get_rng_state()
    calls = 0

    def target(output):
        nonlocal calls
        calls += 1
        if fails and calls > 1:  # in the middle of the map
            raise RuntimeError("stop")
        return output[:, 0]

    if fails:
        with pytest.raises(RuntimeError, match="stop"):
            maps(model, inputs[:2], target, name, internal_batch_size=1)
    else:
        maps(model, inputs[:2], target, name)
    after = state_of(model)
    assert before[:3] == after[:3]
    assert all(map(torch.equal, before[3], after[3]))
    assert torch.equal(random, torch.get_rng_state())


@every_method
def test_a_model_that_mixes_samples_is_refused_and_shown_one_at_a_time_where_asked(name):
    class Mixing(Net):
        def forward(self, x):
            return super().forward(x - x.mean(0))

    torch.manual_seed(0)
    model, inputs = Mixing(), torch.randn(3, 3, 8, 8)
    with pytest.raises(
        ModelError, match=r"sample 0 gets .* alone and .* beside another sample; .* mixes the batch"
    ):
        maps(model, inputs, 1, name)
    assert len(maps(model, inputs, 1, name, internal_batch_size=1)) == 3


@every_method
def test_a_range_is_taken_and_checked(name):
    model, inputs = made()
    inputs = inputs[:2].sigmoid()
    assert maps(model, inputs, 1, name, range=(0, 1)).isfinite().all()
    with pytest.raises(
        BadRequest, match=r"inputs reach .* but the range given ends at 0.5; was the preprocessing"
    ):
        maps(model, inputs, 1, name, range=(0, 0.5))


@every_method
def test_an_unknown_option_is_told_with_those_that_there_are(name):
    model, inputs = made()
    with pytest.raises(BadRequest, match=f"{name} has no option 'fast'"):
        ss.attribute(model, inputs[:2], 1, method=name, fast=True)


@every_method
def test_the_price_in_passes_is_what_the_model_is_run(name):
    model, inputs = made()
    method = attributions[name]
    few = {option: FEW[option] for option in method.options if option in FEW}
    shown = 0

    def count(output):
        nonlocal shown
        shown += 1
        return output[:, 1]

    maps(model, inputs[:1], count, name, internal_batch_size=1)
    beside = (
        {"grad_cam": 1}.get(name, 0) + 1 + method.complete
    )  # looking for the layer; the values themselves
    assert method.price((3, 8, 8), **few).forward == shown - beside
    assert bool(method.price((3, 8, 8), **few).backward) == method.needs_gradient
