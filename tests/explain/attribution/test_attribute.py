"""ss.attribute against hand arithmetic, captum and its own promises."""

import gc

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.errors import BadRequest, LayerError, ModelError, NotInStudy

WEIGHT = torch.linspace(-1, 1, 12, dtype=torch.float64)
ROWS = torch.randn(3, 12, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


class Linear(nn.Module):
    """One number a sample: the inner product with WEIGHT."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(WEIGHT.clone())

    def forward(self, x):
        return x.flatten(1) @ self.weight


def convnet(pool=nn.ReLU, dtype=torch.float64):
    torch.manual_seed(0)
    return nn.Sequential(
        *(nn.Conv2d(2, 4, 3, padding=1), pool(), nn.Conv2d(4, 5, 3, stride=2), nn.ReLU()),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 3)),
    ).to(dtype)


PICTURES = torch.randn(4, 2, 9, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


def close(found, wanted, tolerance=1e-12):
    torch.testing.assert_close(found, wanted, rtol=tolerance, atol=tolerance)


# Linear and quadratic functions


def test_a_linear_model_has_its_weights_as_saliency_and_under_any_noise():
    close(ss.attribute(Linear(), ROWS), WEIGHT.abs().expand(3, -1))
    close(ss.attribute(Linear(), ROWS, abs=False), WEIGHT.expand(3, -1))
    for spread in (0.1, 3.0):
        close(ss.attribute(Linear(), ROWS, method="smoothgrad", spread=spread, n=3), WEIGHT.expand(3, -1))


def test_gradient_times_input_and_integrated_gradients_of_a_linear_model_are_its_products():
    for method in ("gradient_x_input", "integrated_gradients"):
        close(ss.attribute(Linear(), ROWS, method=method), WEIGHT * ROWS)


def test_occluding_one_place_of_a_linear_model_takes_its_product_away():
    close(ss.attribute(Linear(), ROWS, method="occlusion", window=1, stride=1), WEIGHT * ROWS)


def test_smoothgrad_of_a_quadratic_form_is_its_gradient_up_to_the_noise():
    matrix = torch.diag(WEIGHT)

    class Quadratic(nn.Module):
        def forward(self, x):
            return 0.5 * ((x @ matrix) * x).sum(1)

    found = ss.attribute(Quadratic(), ROWS[:1], method="smoothgrad", n=2000, spread=0.25)
    deviation = 0.25 * (ROWS[0].max() - ROWS[0].min()) / 2000**0.5
    assert ((found - ROWS[:1] @ matrix).abs() <= 5 * deviation * WEIGHT.abs() + 1e-12).all()


@pytest.mark.parametrize("centred", [False, True])
def test_rise_of_a_linear_model_with_a_mask_for_each_number_has_the_known_mean(centred):
    p, row = 0.4, ROWS[:1]
    found = ss.attribute(Linear(), row, method="rise", n=6000, grid=12, p=p, centred=centred)
    wanted = (1 - p) * WEIGHT * row + (0 if centred else p * (row @ WEIGHT))
    assert (found - wanted).abs().max() < 0.2


def test_grad_cam_of_average_pooling_and_a_linear_head_is_the_class_activation_map():
    model = convnet()
    features = model[:4](PICTURES)
    cam = torch.einsum("c,nchw->nhw", model[6].weight[1], features).relu() / features[0, 0].numel()
    wanted = nn.functional.interpolate(cam[:, None], size=(9, 10), mode="bilinear", align_corners=False)
    found = ss.attribute(model, PICTURES, 1, method="grad_cam")
    close(found, wanted.expand(-1, 2, -1, -1).detach())


def test_integrated_gradients_are_complete_and_delta_has_the_sign_of_the_sum():
    model = convnet()
    found, delta = ss.attribute(
        model, PICTURES, 2, method="integrated_gradients", n_steps=64, return_convergence_delta=True
    )
    rise = (model(PICTURES) - model(torch.zeros_like(PICTURES)))[:, 2].detach()
    close(delta, found.flatten(1).sum(1) - rise)
    assert (delta.abs() <= 0.01 * found.abs().flatten(1).sum(1)).all()


def test_integrated_wavelets_sum_to_the_rise_of_the_value():
    model = convnet()
    found, delta = ss.attribute(
        model, PICTURES, 2, method="wam_integrated", level=1, n_steps=64, return_convergence_delta=True
    )
    bands = [found.values[0], *found.values[1].values()]
    sums = sum(band.reshape(4, -1).sum(1) for band in bands)
    rise = (model(PICTURES) - model(torch.zeros_like(PICTURES)))[:, 2].detach()
    np.testing.assert_allclose(sums - rise.numpy(), delta.numpy(), atol=1e-12)


# captum as an oracle

unwarned = pytest.mark.filterwarnings("ignore:Input Tensor", "ignore:Setting forward")


@unwarned
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-6), (torch.float32, 1e-5)])
def test_maps_are_those_of_captum(dtype, tolerance):
    attr = pytest.importorskip("captum.attr")
    model, inputs = convnet(dtype=dtype), PICTURES.to(dtype)
    oracle = attr.IntegratedGradients(model)
    wanted, delta = oracle.attribute(
        inputs, target=1, n_steps=20, method="riemann_middle", return_convergence_delta=True
    )
    found, ours = ss.attribute(
        model, inputs, 1, method="integrated_gradients", n_steps=20, return_convergence_delta=True
    )
    close(found, wanted.detach(), tolerance)
    close(ours, delta.detach().to(ours), tolerance)
    close(
        ss.attribute(model, inputs, 1), attr.Saliency(model).attribute(inputs, target=1).detach(), tolerance
    )
    for window, stride in ((3, 3), (4, 2)):
        wanted = attr.Occlusion(model).attribute(
            inputs, sliding_window_shapes=(2, window, window), strides=(2, stride, stride), target=1
        )
        found = ss.attribute(model, inputs, 1, method="occlusion", window=window, stride=stride)
        close(found, wanted.to(dtype), max(tolerance, 1e-6))
    wanted = attr.LayerGradCam(model, model[2]).attribute(inputs, target=1, relu_attributions=True)
    wanted = nn.functional.interpolate(wanted, size=(9, 10), mode="bilinear", align_corners=False)
    found = ss.attribute(model, inputs, 1, method="grad_cam", layer="2")
    close(found, wanted.detach().expand(-1, 2, -1, -1), tolerance)


@unwarned
def test_an_object_of_captum_is_a_method_and_a_unit_is_a_module_for_it():
    attr = pytest.importorskip("captum.attr")
    model = convnet(dtype=torch.float32)
    inputs = PICTURES.float()
    module = ss.probe_module(model, "2:3")
    assert module(inputs).shape == (4, 1)
    found = ss.attribute(module, inputs, 0, method=attr.Saliency(module))
    close(found, ss.attribute(model, inputs, "2:3"), 1e-6)


# Targets and inputs


def test_a_target_is_a_category_one_for_each_sample_an_address_or_a_callable():
    model = convnet()
    by_category = ss.attribute(model, PICTURES, 2)
    close(ss.attribute(model, PICTURES, ss.Logit(2)), by_category)
    close(ss.attribute(model, PICTURES, "6:2"), by_category)
    close(ss.attribute(model, PICTURES, lambda output: output[:, 2]), by_category)
    mixed = ss.attribute(model, PICTURES, torch.tensor([2, 0, 2, 1]), internal_batch_size=3)
    close(mixed[[0, 2]], by_category[[0, 2]])
    close(mixed[1], ss.attribute(model, PICTURES[1:2], 0)[0])


def test_a_tuple_is_the_target_of_an_output_of_more_axes():
    class Places(nn.Module):
        def forward(self, x):
            return x * 2

    found = ss.attribute(Places(), PICTURES, (1, 3, 4))
    assert found.sum() == 2 * len(PICTURES)
    assert (found[:, 1, 3, 4] == 2).all()


def test_several_inputs_give_a_map_each_and_further_arguments_go_with_their_samples():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.gate = nn.Linear(3, 1, dtype=torch.float64)

        def forward(self, picture, numbers, scale, power):
            return picture.flatten(1).sum(1) * scale + (self.gate(numbers) ** power)[:, 0]

    model, numbers, scale = Two(), torch.ones(4, 3, dtype=torch.float64), torch.arange(4.0).double()
    first, second = ss.attribute(
        model,
        (PICTURES, numbers),
        method="integrated_gradients",
        additional_forward_args=(scale, 1),
        internal_batch_size=3,
    )
    close(first, PICTURES * scale[:, None, None, None])
    close(second, (model.gate.weight * numbers).detach())
    (_, unit) = ss.attribute(model, (PICTURES, numbers), "gate:0", additional_forward_args=(scale, 1))
    close(unit, model.gate.weight.abs().detach().expand(4, -1))


def test_a_baseline_is_a_number_a_sample_or_one_for_each():
    shift = torch.ones(12, dtype=torch.float64)
    for baseline in (1, shift, shift.expand(3, -1)):
        found = ss.attribute(Linear(), ROWS, method="integrated_gradients", baselines=baseline)
        close(found, WEIGHT * (ROWS - 1))
    with pytest.raises(BadRequest, match="a baseline of shape"):
        ss.attribute(Linear(), ROWS, method="integrated_gradients", baselines=shift[:3])


def test_a_blurred_baseline_of_an_even_picture_is_the_picture():
    even = torch.full((2, 2, 9, 10), 0.7, dtype=torch.float64)
    found = ss.attribute(convnet(), even, 0, method="integrated_gradients", baselines="blur")
    assert found.abs().max() < 1e-12


def test_a_low_pass_takes_fine_detail_out_and_keeps_the_mean():
    model = convnet()
    raw = ss.attribute(model, PICTURES, 0, abs=False)
    smooth = ss.attribute(model, PICTURES, 0, abs=False, low_pass=2.0)
    close(smooth.mean((2, 3)), raw.mean((2, 3)))
    assert smooth.var() < raw.var()
    with pytest.raises(BadRequest, match="corner"):
        ss.attribute(model, PICTURES, 0, low_pass=100.0)


# Memory


def test_memory_does_not_depend_on_the_number_of_steps():
    model, most = convnet(), []
    for steps in (10, 300):
        largest = 0

        def target(output):
            nonlocal largest
            alive = sum(each.numel() for each in gc.get_objects() if type(each) is torch.Tensor)
            largest = max(largest, alive)
            return output[:, 0]

        ss.attribute(
            model, PICTURES[:1], target, method="integrated_gradients", n_steps=steps, internal_batch_size=10
        )
        most.append(largest)
    assert most[1] <= 1.05 * most[0]


# What cannot be


def test_bad_requests_say_what_to_do():
    model = convnet()
    for options, message in (
        ({"target": None}, "the model gives 3 numbers a sample; name a category or a unit"),
        ({"target": 7}, "no category 7; there are 3"),
        ({"target": 1, "method": "salient"}, "closest: 'saliency'"),
        ({"target": 1, "return_convergence_delta": True}, "no delta"),
        ({"target": 1, "method": "smoothgrad", "clip": True}, "give the range of the model's inputs"),
        ({"target": 1, "internal_batch_size": 0}, "at least 1"),
        ({"target": 1, "range": (-1, 1)}, "was the preprocessing applied twice"),
    ):
        with pytest.raises(BadRequest, match=message):
            ss.attribute(model, PICTURES, **options)
    with pytest.raises(
        BadRequest, match=r"inputs are torch.int64; a gradient .* Give the tensor after the embedding"
    ):
        ss.attribute(model, torch.ones(2, 2, 9, 10, dtype=torch.long), 1)
    with pytest.raises(NotInStudy, match="no unit 9 in layer '2'"):
        ss.attribute(model, PICTURES, "2:9")


@pytest.mark.parametrize("target", [1, "2:0", lambda output: output[:, 0]])
def test_a_sample_without_its_batch_axis_is_told_from_other_failures(target):
    message = r"inputs of shape \(2, 9, 10\) are one sample without the axis of samples.* give x\[None\], or x\[:1\]"
    with pytest.raises(BadRequest, match=message):
        ss.attribute(convnet(), PICTURES[0], target)
    with pytest.raises(ModelError, match="the model cannot run on inputs"):  # three channels fit neither way
        ss.attribute(convnet(), torch.ones(4, 3, 9, 10), target)
    with pytest.raises(BadRequest, match=r"inputs of shape \(6,\).* give x\[None\]"):
        ss.attribute(nn.Linear(6, 3), torch.ones(6), 1)


def test_grad_cam_names_layers_with_a_map_and_the_next_that_reaches_the_unit():
    model = convnet()
    with pytest.raises(LayerError, match="6 gives one number per unit; Grad-CAM needs a map: 0, 1, 2, 3"):
        ss.attribute(model, PICTURES, 1, method="grad_cam", layer="6")
    with pytest.raises(LayerError, match="0:1 cannot be reached from 2"):
        ss.attribute(model, PICTURES, "0:1", method="grad_cam", layer="2")


def test_the_module_that_cuts_the_gradient_is_named():
    class Cut(nn.Module):
        def forward(self, x):
            return x.detach()

    model = nn.Sequential(nn.Conv2d(2, 3, 3), Cut(), nn.Flatten(), nn.Linear(168, 2)).double()
    with pytest.raises(ModelError, match=r"1 cuts the gradient \(0 has it, 1 does not pass it on\)"):
        ss.attribute(model, PICTURES, 1)


def test_a_map_that_is_not_finite_is_left_out_and_named_and_the_others_stand():
    class Root(nn.Module):
        def forward(self, x):
            return x.flatten(1).sqrt().sum(1)

    rows = torch.tensor([[1.0, 4.0], [0.0, 1.0]])
    with pytest.warns(UserWarning, match=r"maps of samples \[1\] or their values are not"):
        found = ss.attribute(Root(), rows)
    close(found[0], torch.tensor([0.5, 0.25]), 1e-6)
    assert found[1].isnan().all()


def test_a_token_grid_has_a_grad_cam_and_no_square_needs_a_grid():
    class Tokens(nn.Module):
        def __init__(self):
            super().__init__()
            self.patch = nn.Conv2d(2, 4, 3, stride=3)
            self.block = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True, dropout=0.0)
            self.head = nn.Linear(4, 2)

        def forward(self, x):
            return self.head(self.block(self.patch(x).flatten(2).transpose(1, 2)).mean(1))

    torch.manual_seed(0)
    model = Tokens()
    square = torch.randn(2, 2, 9, 9)
    found = ss.attribute(model, square, 1, method="grad_cam", layer="block")
    assert found.shape == square.shape
    with pytest.raises(LayerError, match=r"6 patch tokens are not a square; give grid=\(rows, columns\)"):
        ss.attribute(model, torch.randn(2, 2, 6, 9), 1, method="grad_cam", layer="block")
    assert (
        ss.attribute(model, torch.randn(2, 2, 6, 9), 1, method="grad_cam", layer="block", grid=(2, 3))
        .isfinite()
        .all()
    )
