"""What is said of modules that downsample, from shares made by hand."""

from __future__ import annotations

import numpy as np

from shiftscope.explain.attribution.downsampling.shares import (
    Downsampling,
    DownsamplingQuestion,
    DownsamplingShares,
)


def told(*gains: float) -> str:
    after = np.array([0.4, 0.5])
    modules = [
        Downsampling(f"pool{place}", "MaxPool2d", (8, 8), (4, 4), after + gain, after)
        for place, gain in enumerate(gains)
    ]
    return DownsamplingShares(DownsamplingQuestion("lab", "hidden", 3), np.arange(2), modules).in_words()


def test_the_module_with_the_largest_gain_is_named_beside_white_noise():
    assert "grows most at pool1 (MaxPool2d), 0.45 behind it and 0.65 in front, gain 0.20" in told(0.1, 0.2)
    # 13 of the 64 frequencies of 8x8 places lie within 2 of 8 of the mean, which is one of them.
    assert "white noise has 0.81 there" in told(0.1)
    assert round(51 / 63, 2) == 0.81


def test_where_no_module_lets_high_frequencies_in_that_is_said():
    assert "grows nowhere, and falls least at pool0" in told(-0.1, -0.2)
    assert told(np.nan).endswith("the gradient is zero on all of them")
