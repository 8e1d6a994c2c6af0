"""The measures on maps of `ss.attribute`."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import shiftscope as ss
from shiftscope.explain.attribution.faithfulness.comparison import compare
from shiftscope.explain.attribution.faithfulness.explained import Explained
from shiftscope.explain.attribution.faithfulness.features import Coefficients
from shiftscope.explain.attribution.faithfulness.randomised import randomised_weights

INPUTS = torch.randn(6, 2, 16, 16, generator=torch.Generator().manual_seed(0))


def net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(2, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, 3),
    ).eval()


def test_coefficients_of_a_wavelet_method_are_scores_in_the_order_of_the_features():
    found = ss.attribute(net(), INPUTS, 1, method="wam_saliency", wavelet="db2", level=2)
    gradient = ss.attribute(net(), INPUTS, 1, method="saliency", abs=False)
    features = Coefficients((2, 16, 16), wavelet="db2", level=2)
    torch.testing.assert_close(
        features.flattened(found.coeffs), features.scores(gradient), atol=1e-6, rtol=1e-4
    )


def test_maps_of_a_unit_inside_the_model_are_compared_by_its_response():
    model = net()
    unit = ss.probe_module(model, "2:1")
    maps = {
        name: ss.attribute(model, INPUTS, "2:1", method=name)
        for name in ("saliency", "gradient_x_input", "occlusion")
    }
    explained = Explained(unit, INPUTS)
    found = compare(explained, maps, subsets=20, draws=1, steps=4, relative=True)
    table = found.table(resamples=50).set_index(["row", "metric", "fill"])
    given, plain = (table.loc[(row, "F", "blur"), "mean"] for row in ("saliency", "plain gradient"))
    assert given == pytest.approx(plain)
    assert set(found.methods) == set(maps)


def test_randomised_weights_take_a_method_by_its_name():
    found = randomised_weights(
        net(),
        INPUTS,
        lambda model, inputs: ss.attribute(model, inputs, 0, method="integrated_gradients", n_steps=4),
        multiplies=True,
        seeds=1,
    )
    assert found.modules == ("5", "1", "0")
    assert np.isfinite(found.similarity).all()
