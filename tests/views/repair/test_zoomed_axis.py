"""An axis that shows the part in which shares lie."""

import math

import pytest

from shiftscope.views.repair.zoomed_axis import ZoomedAxis


@pytest.mark.parametrize(
    ("shares", "most", "ticks"),
    [
        ((0.46, 0.56), 6, ["46", "48", "50", "52", "54", "56 %"]),
        ((0.09, 1.0), 4, ["0", "25", "50", "75", "100 %"]),
        ((0.984, 0.984), 4, ["98", "98.5 %"]),
        ((1.0, 1.0), 4, ["99.5", "100 %"]),
        ((math.nan,), 4, ["0", "25", "50", "75", "100 %"]),
        ((-0.01, 0.02), 4, ["0", "0.5", "1", "1.5", "2 %"]),
    ],
)
def test_ticks_enclose_the_shares(shares, most, ticks):
    axis = ZoomedAxis.over(shares, most)
    assert [text for _, text in axis.ticks()] == ticks
    assert [axis.place(axis.ticks()[end][0]) for end in (0, -1)] == pytest.approx([0, 1])
    for share in shares:
        assert math.isnan(share) or -0.011 / axis.step <= axis.place(share) <= 1 + 1e-9
