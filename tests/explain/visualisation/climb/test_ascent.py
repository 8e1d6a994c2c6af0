"""Steps that end where a unit responds just so strongly, whatever else is raised."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.explain.attribution.units import function_of
from shiftscope.explain.visualisation.canvas.entering import Entering
from shiftscope.explain.visualisation.drawing import Drawing, pictures_for
from shiftscope.explain.visualisation.visualisation import Until, visualisations

PIXEL = {"parametrisation": "pixel", "learning_rate": 0.5}
SHAPE = 1, 4, 4


class TwoUnits(nn.Module):
    """One unit is a quarter of the sum of the upper half, less `bar`, and rectified; the other of the lower half."""

    def __init__(self, bar: float) -> None:
        super().__init__()
        self.before = nn.Flatten()
        self.both = nn.Linear(16, 2)
        self.unit = nn.ReLU()
        with torch.no_grad():
            self.both.weight.copy_(0.25 * torch.eye(2).repeat_interleave(8, dim=1))
            self.both.bias.copy_(torch.tensor([-bar, 0.0]))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.unit(self.both(self.before(images)))


def climbed(*, level: float | None, bar: float = 0.0, steps: int = 30):
    """Both units are raised; the level is of the first one alone."""
    model = TwoUnits(bar)
    raised = ss.Sum([(1.0, ss.Neuron("unit", 0)), (1.0, ss.Direction("both", [0.0, 3.0]))], scaled=False)
    function, _ = function_of(model, raised, torch.zeros(2, *SHAPE), 1, None)
    drawing = Drawing(
        shape=SHAPE, range=(0.0, 1.0), size=(4, 4), steps=steps, crops=0, seed=0, entering=Entering(),
        until=None if level is None else Until(lambda picture: float(model(picture[None])[0, 0]), level),
    )  # fmt: skip
    method = visualisations["activation_maximisation"]
    (found,) = pictures_for(function, method, drawing, method.with_defaults(PIXEL), lambda step, value: None)
    return found


def test_it_stops_where_the_unit_responds_so_strongly():
    found, whole = climbed(level=1.5), climbed(level=None)
    response = found.image[:, :2].sum() / 4
    assert response == pytest.approx(1.5, rel=1e-3)
    assert response >= 1.5
    assert found.course.met
    assert found.course.responses[-1] == pytest.approx(response)
    assert found.course.responses[-2] < 1.5
    assert found.course.steps == len(found.curve) < len(whole.curve)
    np.testing.assert_array_equal(found.curve, whole.curve[: len(found.curve)])
    assert whole.course is None
    assert whole.image[:, :2].sum() / 4 > 1.5


def test_responses_are_told_of_steps_that_are_all_taken():
    found, whole = climbed(level=math.inf), climbed(level=None)
    np.testing.assert_array_equal(found.image, whole.image)
    assert found.course.steps == 30
    assert found.course.responses[-1] == pytest.approx(found.image[:, :2].sum() / 4)
    assert found.course.numbers() == {"level": None, "level_met": None, "steps_taken": 30}


def test_stopped_at_what_another_climb_ended_with_it_drives_the_unit_as_strongly():
    weaker = climbed(level=math.inf, steps=5)
    level = float(weaker.course.responses[-1])
    found = climbed(level=level)
    assert level <= found.course.responses[-1] < 1.001 * level


def test_all_steps_are_taken_where_it_cannot():
    found, whole = climbed(level=2.1), climbed(level=None)  # 8 pixels of at most 1 are 2
    assert not found.course.met
    assert found.course.steps == len(found.curve) == 30
    np.testing.assert_array_equal(found.image, whole.image)
    assert found.course.numbers() == {"level": 2.1, "level_met": False, "steps_taken": 30}


def test_a_start_beyond_the_level_leaves_it():
    found = climbed(level=0.5)  # of noise about a half, the response is about 1
    assert found.course.responses[0] > 0.5
    assert found.course.steps == 1
    assert not found.course.met


def test_a_silent_unit_is_woken_though_what_is_raised_beside_it_has_a_gradient():
    assert climbed(level=None, bar=1.2).image[:, :2].sum() / 4 < 1.2
    found = climbed(level=0.5, bar=1.2)
    assert found.course.responses[0] == 0
    assert found.image[:, :2].sum() / 4 - 1.2 == pytest.approx(0.5, rel=1e-2)
