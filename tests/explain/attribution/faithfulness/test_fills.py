from __future__ import annotations

import pytest
import torch
from scipy.ndimage import gaussian_filter1d

from shiftscope.errors import BadRequest
from shiftscope.explain.attribution.faithfulness.fills import blurred, filled


def test_each_fill_leaves_what_its_name_says():
    inputs = torch.arange(24.0).reshape(1, 2, 3, 4)
    assert filled(inputs, "zero").abs().sum() == 0
    means = filled(inputs, "channel_mean")
    assert (means[0, 0] == 5.5).all()
    assert (means[0, 1] == 17.5).all()
    reference = torch.ones(2, 1, 1)
    assert (filled(inputs, "reference_mean", reference=reference) == 1).all()
    with pytest.raises(BadRequest, match="needs the mean input"):
        filled(inputs, "reference_mean")
    with pytest.raises(BadRequest, match="no fill named 'grey'"):
        filled(inputs, "grey")  # type: ignore[arg-type]


def test_the_blur_is_a_gaussian_away_from_the_border_and_keeps_what_is_flat():
    inputs = torch.zeros(1, 1, 41, 51, dtype=torch.float64)
    inputs[0, 0, 20, 25] = 1
    smooth = blurred(inputs, 2.0)[0, 0].numpy()
    plain = inputs[0, 0].numpy()
    expected = gaussian_filter1d(gaussian_filter1d(plain, 2.0, axis=0, truncate=10), 2.0, axis=1, truncate=10)
    assert abs(smooth - expected).max() < 1e-6
    flat = torch.full((2, 3, 5, 7), 4.0)
    torch.testing.assert_close(filled(flat, "blur"), flat)
