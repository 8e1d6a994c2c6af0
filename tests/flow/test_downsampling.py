"""Where high frequencies of a unit's gradient come from: computed once, kept, found again, stale."""

from __future__ import annotations

import numpy as np
import pytest
from torch import nn

import shiftscope as ss
from shiftscope.errors import BadRequest, LayerError
from shiftscope.explain.attribution.downsampling import live as of_live
from shiftscope.explain.attribution.downsampling.stored_downsampling import listed_downsampling
from tests.conftest import Made


@pytest.fixture
def data():
    return {"lab": Made(), "field": Made(seed=1, scale=1.5)}


def high_share(gradient):
    """(sample,) by the transform itself."""
    power = np.abs(np.fft.fft2(gradient.detach().numpy().astype(np.float64))) ** 2
    power[..., 0, 0] = 0
    radius = np.hypot(*np.meshgrid(*[np.fft.fftfreq(gradient.shape[-1])] * 2))
    return power[..., radius > 0.25].sum((1, 2)) / power.sum((1, 2, 3))


def test_shares_are_kept_found_again_and_stale(recorded, net, data, monkeypatch):
    monkeypatch.setattr(of_live, "AT_ONCE", 5)
    found = recorded.downsampling("hidden", 3, data=data, progress=False)
    (module,) = found.modules
    assert (module.module, module.kind, module.size, module.size_behind) == ("conv", "Conv2d", (8, 8), (6, 6))
    inputs = data["lab"].inputs[found.positions].requires_grad_()
    mapped = net.eval().conv(inputs)
    mapped.retain_grad()
    net.hidden(net.act(mapped.clone()))[:, 3].sum().backward()
    np.testing.assert_allclose(module.before, high_share(inputs.grad), rtol=1e-4)
    np.testing.assert_allclose(module.after, high_share(mapped.grad), rtol=1e-4)
    again = ss.open_study(recorded.path).downsampling("hidden", 3)
    np.testing.assert_array_equal(again.modules[0].before, module.before)
    assert again.table().equals(found.table())
    # Of the 63 frequencies of 8x8 places but the mean's, those at (row, column) distances above 2 of 8.
    above = sum(r * r + c * c > 4 for r in range(-4, 4) for c in range(-4, 4))
    assert again.table()["noise_before"][0] == above / 63
    assert "at conv (Conv2d)" in repr(again)
    assert "<table" in again._repr_html_()
    assert [each.question for each in listed_downsampling(recorded, "hidden", 3)] == [found.question]
    assert list(listed_downsampling(recorded, "hidden", 4)) == []
    recorded.record(Made(seed=7), "lab", overwrite=True, progress=False)
    assert list(listed_downsampling(recorded, "hidden")) == []
    assert list(recorded.results(kind="downsampling")["state"]) == ["lab recorded again"]


def test_a_logit_is_asked_for_by_its_category(recorded, data):
    found = recorded.live(data=data).downsampling(None, "b", dataset="field", samples=3, progress=False)
    assert (found.question.layer, found.question.unit, len(found.positions)) == ("logits", 1, 3)
    assert list(recorded.results(kind="downsampling")["state"]) == ["fresh"]


def test_what_cannot_be_asked_is_refused(recorded, data, new_study):
    with pytest.raises(BadRequest, match="give its number"):
        recorded.downsampling("hidden", "x", data=data)
    flat = new_study(nn.Sequential(nn.Flatten(), nn.Linear(192, 4), nn.ReLU(), nn.Linear(4, 4)), name="flat")
    flat.record(data["lab"], "lab", layers=["2"], progress=False)
    with pytest.raises(LayerError, match="makes a map of several places smaller"):
        flat.downsampling("2", 0, data={"lab": data["lab"]}, progress=False)
