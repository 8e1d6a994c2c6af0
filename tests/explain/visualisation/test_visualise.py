"""`ss.visualise`: every method on small nets, and what it refuses."""

import copy
import sys

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.errors import BadRequest, LayerError, ModelError, NotInStudy, ResponseError
from shiftscope.explain.visualisation.canvas.colour import colour_matrix
from shiftscope.explain.visualisation.canvas.magnitudes import Magnitudes
from shiftscope.explain.visualisation.canvas.template import template
from shiftscope.explain.visualisation.visualisation import visualisations

ON = {"shape": (3, 20, 24), "range": (0.0, 1.0), "steps": 6, "crops": 2}


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    layers = nn.Conv2d(3, 6, 3, stride=2), nn.ReLU(inplace=True), nn.Conv2d(6, 8, 3), nn.ReLU()
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4))


def start(rows=20, columns=24):
    return torch.rand(3, rows, columns, generator=torch.Generator().manual_seed(1))


def drawn(net, method, objective=2, **options):
    if visualisations[method].starts_from_image and "image" not in options:
        options["image"] = start()
    return ss.visualise(net, objective, method=method, **{**ON, **options})


@pytest.mark.parametrize("method", visualisations)
def test_a_picture_lies_in_the_range_and_raises_the_unit(net, method):
    found = drawn(net, method, steps=25)
    assert found.image.shape == (3, 20, 24)
    assert found.alpha.shape == (20, 24)
    assert found.image.min() >= 0
    assert found.image.max() <= 1
    assert found.curve.shape == (25,)
    assert found.alpha.min() >= 0
    begun = drawn(net, method, steps=0)
    assert found.score > begun.score
    with torch.no_grad():
        assert found.score == pytest.approx(float(net(torch.from_numpy(found.image)[None])[0, 2]), abs=1e-6)


@pytest.mark.parametrize("method", visualisations)
def test_one_seed_gives_one_picture_and_another_another(net, method):
    first, again, other = (drawn(net, method, seed=seed) for seed in (0, 0, 1))
    assert first.image.tobytes() == again.image.tobytes()
    assert first.image.tobytes() != other.image.tobytes()


@pytest.mark.parametrize("method", visualisations)
def test_the_model_leaves_as_it_came(net, method):
    model = copy.deepcopy(net).train()
    model[0].weight.grad = torch.ones_like(model[0].weight)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    drawn(model, method)
    with pytest.raises(ModelError):
        drawn(
            model,
            method,
            shape=(2, 20, 24),
            image=None if method != "accentuation" else torch.rand(2, 20, 24),
        )
    assert model.training
    assert all(weight.requires_grad for weight in model.parameters())
    assert float(model[0].weight.grad.mean()) == 1
    assert not any(each._forward_hooks for each in model.modules())
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


def test_the_same_pictures_whatever_the_global_numbers_are(net):
    first = drawn(net, "maco")
    torch.rand(7)
    state = torch.get_rng_state()
    again = drawn(net, "maco")
    assert first.image.tobytes() == again.image.tobytes()
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize("shape", [(1, 28, 28), (7, 15, 22), (3, 33, 20)])
def test_any_channels_and_sizes(shape):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(shape[0], 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    for method in ("maco", "activation_maximisation"):
        found = ss.visualise(model, 1, method=method, **{**ON, "shape": shape})
        assert found.pixels.shape == (*shape[1:], 3)
        assert found.blended.shape == (*shape[1:], 4)


def test_the_model_may_see_another_size_than_the_picture_has():
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 4))
    found = ss.visualise(model, 0, **{**ON, "shape": (3, 30, 30)}, input_size=(8, 8))
    assert found.image.shape == (3, 30, 30)


def test_magnitudes_are_taken_where_they_are_held_alone(net, monkeypatch):
    asked = []
    at = "shiftscope.explain.visualisation.drawing.template"
    monkeypatch.setattr(at, lambda *given: asked.append(given) or template(*given))
    for method in ("activation_maximisation", "accentuation"):
        drawn(net, method, steps=1)
    assert not asked
    drawn(net, "maco", steps=1)
    assert len(asked) == 1


def test_what_a_unit_cannot_see_has_no_alpha():
    class Corner(nn.Module):
        def forward(self, x):
            return x[:, :, :5, :5].mean((1, 2, 3))[:, None]

    found = ss.visualise(Corner(), 0, **{**ON, "crops": 0})
    assert (found.alpha[:5, :5] > 0).all()
    assert not found.alpha[5:].any()
    assert not found.alpha[:, 5:].any()


def test_a_linear_unit_moves_a_picture_along_its_weights():
    weights = torch.randn(144, generator=torch.Generator().manual_seed(2))
    image = torch.full((1, 12, 12), 0.5)
    grey = nn.Sequential(nn.Flatten(), nn.Linear(144, 1, bias=False))
    grey[1].weight.data[0] = weights
    found = ss.visualise(
        grey,
        0,
        method="accentuation",
        image=image,
        range=(0, 1),
        crops=0,
        steps=1,
        strength=0,
        parametrisation="pixel",
    )
    moved = np.sign(found.delta.ravel())  # Adam's first step has one length everywhere
    np.testing.assert_array_equal(moved, np.sign(weights.numpy()))


def test_a_very_strong_hold_keeps_the_picture(net):
    found = drawn(net, "accentuation", strength=1e6, parametrisation="pixel", steps=20, learning_rate=1e-3)
    assert np.abs(found.delta).max() < 0.01


def test_a_constant_unit_leaves_the_picture_and_is_told_dead():
    class Constant(nn.Module):
        def forward(self, x):
            return 0 * x.mean((1, 2, 3))[:, None]

    found = ss.visualise(Constant(), 0, **{**ON, "steps": 40})
    assert found.dead
    assert "dead" in repr(found)
    assert np.isfinite(found.image).all()


def test_a_step_that_reaches_the_score_is_the_last(net):
    free = drawn(net, "activation_maximisation", steps=30, crops=0)
    middle = float(free.curve[10])
    found = drawn(net, "activation_maximisation", steps=30, crops=0, target_score=middle)
    assert len(found.curve) == 11
    assert found.score >= middle - 1e-6


def test_snapshots_are_the_pictures_of_shorter_runs(net):
    long = drawn(net, "activation_maximisation", steps=6, snapshots=(3,))
    short = drawn(net, "activation_maximisation", steps=3)
    np.testing.assert_array_equal(long.snapshots[3], short.image)


def test_a_layer_and_a_direction_are_objectives(net):
    layer = drawn(net, "maco", ss.objective("layer", "2"), steps=0)
    with torch.no_grad():
        at = net[:3](torch.from_numpy(layer.image)[None])
    assert layer.score == pytest.approx(float(at.square().mean()), rel=1e-5)
    vector = np.linspace(-1, 1, 8, dtype=np.float32)
    along = drawn(net, "maco", ss.objective("direction", "2", vector=vector), steps=0)
    with torch.no_grad():
        at = net[:3](torch.from_numpy(along.image)[None])[0].flatten(1).T.numpy()
    product = at @ vector
    cosine = product / np.linalg.norm(at, axis=1) / np.linalg.norm(vector)
    assert along.score == pytest.approx(float((product * np.maximum(cosine, 0.1) ** 2).mean()), rel=1e-4)


def test_reference_pictures_give_the_template(net):
    pictures = torch.rand(40, 3, 20, 24, generator=torch.Generator().manual_seed(3))
    own, plain = drawn(net, "maco", reference=pictures), drawn(net, "maco")
    assert own.settings["template"] == "40 images"
    assert plain.settings["template"] == "1/f"
    assert own.image.tobytes() != plain.image.tobytes()
    assert "too few" in drawn(net, "maco", reference=pictures[:5]).settings["template"]


def test_a_result_shows_and_saves_itself(net, tmp_path):
    found = drawn(net, "maco")
    assert found.save(tmp_path / "a.png").read_bytes() == found.save(tmp_path / "b.png").read_bytes()
    assert found._repr_html_().count("<img") == 2
    assert "array" not in repr(found)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"range": None}, "give the range of the model's inputs, as range=\\(0, 1\\)"),
        ({"range": (1, 0)}, "give its lower and its upper end"),
        ({"shape": None}, "give the shape of the picture"),
        ({"shape": (20, 24)}, "give \\(channel, row, column\\)"),
        ({"steps": -1}, "steps=-1"),
        ({"crops": 1.5}, "crops=1.5"),
        ({"objective": [0, 1]}, "one objective makes one picture"),
        ({"objective": 9}, "no category 9"),
        ({"method": "mako"}, "closest: 'maco'"),
        ({"method": "accentuation"}, "starts from a picture"),
        ({"sides": 3}, "maco has no option 'sides'"),
        ({"image": 2 * torch.ones(3, 20, 24)}, "range 0..1, but the seed reaches 2"),
        ({"reference": torch.ones(4, 1, 8, 8)}, "reference pictures of shape"),
        ({"method": "activation_maximisation", "tv": -1}, "tv=-1"),
        (
            {"method": "activation_maximisation", "l2": float("inf")},
            "l2=inf; it is a finite number of at least 0",
        ),
        ({"method": "accentuation", "image": torch.ones(3, 20, 24), "strength": "1"}, "strength='1'"),
        ({"learning_rate": -1}, "learning_rate=-1"),
        ({"noise_level": float("nan")}, "noise_level=nan"),
        ({"side": 0.5}, "side=0.5; give the sides of the first and the last crops"),
        ({"side": (3, 2)}, "side=3; it is a finite number of at least 0 and at most 1"),
        ({"seed": 2**64}, "seed=18446744073709551616; it is a whole number of at most"),
        ({"range": (0, float("inf"))}, "give its lower and its upper end"),
        ({"shape": 3}, "shape=3"),
        ({"input_size": 20}, "input_size=20"),
        ({"snapshots": 0}, "snapshots=0"),
        ({"target_score": float("nan")}, "target_score=nan; it is a finite number\\."),
        ({"image": "cat.png"}, "image is str; give a tensor or an array"),
        ({"reference": torch.ones(0, 3, 8, 8)}, "reference pictures of shape"),
        ({"method": "activation_maximisation", "parametrisation": "pixels"}, "closest: 'pixel'"),
    ],
)
def test_bad_input_is_refused_with_what_to_give(net, change, message):
    asked = {"objective": 0, **ON, **change}
    objective = asked.pop("objective")
    with pytest.raises(BadRequest, match=message):
        ss.visualise(net, objective, **asked)


def test_layers_that_are_not_there_are_refused(net):
    with pytest.raises(NotInStudy, match="closest"):
        drawn(net, "accentuation", early_layer="nine")
    with pytest.raises(LayerError, match="before the unit is known"):
        drawn(net, "accentuation", "0:1", early_layer="3")


class Silent(nn.Module):
    """Two rectifiers, the last of which gives 0 for grey pictures."""

    def __init__(self, rectify):
        super().__init__()
        self.rectify = rectify

    def forward(self, x):
        return self.rectify(self.rectify(x).mean((1, 2, 3))[:, None] - 0.9)


@pytest.mark.parametrize(
    "rectify",
    [
        torch.relu,
        nn.functional.relu,
        nn.ReLU(inplace=True),
        lambda x: x.relu_(),
        lambda x: nn.functional.relu(x, inplace=True),
    ],
)
def test_a_unit_that_is_silent_at_the_start_is_woken(rectify):
    model = Silent(rectify)
    start = ss.visualise(
        model, 0, **{**ON, "steps": 0}, method="activation_maximisation", parametrisation="pixel"
    )
    assert start.score == 0
    found = ss.visualise(
        model,
        0,
        **{**ON, "steps": 90},
        method="activation_maximisation",
        parametrisation="pixel",
        learning_rate=0.1,
    )
    assert found.score > 0
    assert not found.dead


def test_redirected_rectifiers_give_what_they_gave_and_gradients_only_upwards():
    from shiftscope.explain.visualisation.climb.redirected import Redirected

    given = torch.tensor([[-1.0, -2.0], [3.0, -4.0]], requires_grad=True)
    with Redirected():
        rectified = torch.relu(given)
    torch.testing.assert_close(rectified, torch.tensor([[0.0, 0.0], [3.0, 0.0]]))
    rectified.backward(torch.tensor([[5.0, -6.0], [7.0, 8.0]]))
    # The first sample has no gradient of its own; of the second what is 0 stays without one.
    torch.testing.assert_close(given.grad, torch.tensor([[5.0, 0.0], [7.0, 0.0]]))


def test_maco_holds_the_magnitudes_of_a_picture_that_it_starts_from():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Tanh(), nn.AdaptiveAvgPool2d(1), nn.Flatten()).double()
    image = 0.1 + 0.8 * start()[:1].double()
    found = ss.visualise(model, 1, image=image, range=(0, 1), steps=10, crops=0)
    before, after = (
        np.abs(np.fft.rfft2(np.log(each) - np.log1p(-each))) for each in (image.numpy(), found.image)
    )
    assert np.abs(found.delta).max() > 0.1
    np.testing.assert_allclose(after, before, rtol=1e-9)


def test_a_picture_whose_unit_is_silent_is_held_as_well():
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 1)
    )
    torch.manual_seed(0)
    for module in (model[0], model[4]):
        module.reset_parameters()
    model[4].bias.data -= 2
    asked = {"method": "accentuation", "image": start(), "range": (0, 1), "steps": 20, "crops": 0}
    held = ss.visualise(nn.Sequential(model, nn.ReLU()), 0, **asked)
    free = ss.visualise(nn.Sequential(model, nn.ReLU()), 0, **asked, strength=0)
    assert free.curve.max() == 0
    assert held.penalties[1:].min() > 0
    assert np.abs(held.delta).mean() < np.abs(free.delta).mean() / 2


@pytest.mark.parametrize(
    "rectified", [lambda x: torch.relu(x.sum(1))[:, None], lambda x: 0 * x + torch.relu(x.sum())]
)
def test_rectifiers_of_what_has_no_units_hand_a_gradient_on(rectified):
    class Summed(nn.Module):
        def forward(self, x):
            return rectified(x.mean((2, 3)) - 0.9)

    found = ss.visualise(Summed(), 0, **{**ON, "steps": 2})
    assert found.alpha.any()


@pytest.mark.parametrize(
    "wrong", [lambda x: x * float("nan"), lambda x: (0 * x).sqrt(), lambda x: 1e30 * x * 1e30]
)
def test_a_unit_that_gives_no_number_is_refused(wrong):
    class Wrong(nn.Module):
        def forward(self, x):
            return wrong(x.sum((1, 2, 3)))[:, None]

    with pytest.raises(ResponseError, match=r"category 0 gives (nan|inf) for a picture in the range"):
        ss.visualise(Wrong(), 0, **ON)


@pytest.mark.parametrize("method", visualisations)
@pytest.mark.parametrize("weights", [torch.float16, torch.bfloat16])
def test_models_of_half_precision_are_drawn(net, method, weights):
    found = drawn(copy.deepcopy(net).to(weights), method, steps=2)
    assert found.image.dtype == np.float32
    assert np.isfinite(found.image).all()


def test_few_steps_without_a_gradient_are_told_dead():
    class Constant(nn.Module):
        def forward(self, x):
            return 0 * x.mean((1, 2, 3))[:, None]

    assert ss.visualise(Constant(), 0, **{**ON, "steps": 3}).dead


@pytest.mark.parametrize("method", visualisations)
def test_a_picture_is_the_same_whatever_mode_is_around(net, method):
    plain = drawn(net, method, reference=torch.rand(32, 3, 8, 8, generator=torch.Generator().manual_seed(3)))
    for mode in (torch.inference_mode, torch.no_grad):
        with mode():
            pictures = torch.rand(32, 3, 8, 8, generator=torch.Generator().manual_seed(3))
            again = drawn(net, method, reference=pictures)
        np.testing.assert_array_equal(again.image, plain.image)


def test_a_template_of_one_size_serves_a_canvas_of_another(net):
    rng = torch.Generator().manual_seed(3)
    pictures = torch.rand(40, 3, 20, 24, generator=rng)
    colour = colour_matrix(3, pictures)
    magnitude = template((3, 20, 24), colour, pictures)
    given = Magnitudes(magnitude.numpy(), 24, colour.numpy(), 40)
    same = drawn(net, "maco", template=given)
    np.testing.assert_array_equal(same.image, drawn(net, "maco", reference=pictures).image)
    assert same.settings["template"] == "40 images of 20x24"
    larger = drawn(net, "maco", template=given, shape=(3, 30, 48), input_size=(20, 24))
    assert larger.image.shape == (3, 30, 48)
    with pytest.raises(BadRequest, match="template of 3 channels"):
        drawn(net, "maco", template=given, shape=(1, 20, 24))
    with pytest.raises(BadRequest, match="one of them"):
        drawn(net, "maco", template=given, reference=pictures)


def test_without_matplotlib_drawing_says_what_installs_it(net, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    found = drawn(net, "maco", steps=1)
    with pytest.raises(BadRequest, match=r"pip install 'shiftscope\[figures\]'"):
        found.draw()
