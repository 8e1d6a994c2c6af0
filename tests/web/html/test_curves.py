import re

import pytest

from shiftscope.views.page.panels import Curve, Curves
from shiftscope.web.html.curves import curves, spread


def test_names_that_stand_apart_stay_where_they_are():
    assert spread([20.0, 80.0, 50.0], 15, 12, 190) == [20.0, 80.0, 50.0]


def test_names_that_would_overlap_move_apart_in_their_order_and_stay_inside():
    assert spread([20.0, 22.0], 15, 12, 190) == [20.0, 35.0]
    assert spread([188.0, 189.0, 5.0], 15, 12, 190) == [175.0, 190.0, 12.0]


def test_a_line_is_drawn_from_the_baseline_through_its_points_with_its_band():
    lines = Curves(
        "",
        ["clean", "1", "<2>"],
        "severity",
        [(0, "0 %"), (1, "100 %")],
        [Curve("hue", [(1, 0.5, 0.4, 0.6), (2, 0.0, 0.0, 0.1)], focus=True)],
        (1.0, 0.9, 1.0),
        'accuracy "over" severity',
    )
    drawn = str(curves(lines))
    points = re.search('polyline class="c-foc ln" points="([^"]*)"', drawn)[1].split()
    heights = [float(point.split(",")[1]) for point in points]
    assert heights == pytest.approx([12, 97, 182])  # 100, 50 and 0 % of the axis
    assert len(re.search('band" points="([^"]*)"', drawn)[1].split()) == 6
    assert "&lt;2&gt;" in drawn
    assert "&#34;over&#34;" in drawn
    assert drawn.count("<text") == 2 + 3 + 1 + 1


def test_a_long_name_ends_at_the_edge_and_leaves_the_line_its_room():
    def drawn(name):
        points = [(1, 0.5, 0.4, 0.6), (2, 0.0, 0.0, 0.1)]
        axis = [(0, "0 %"), (1, "100 %")]
        usual = (1.0, 0.9, 1.0)
        return str(
            curves(Curves("", ["clean", "1", "2"], "severity", axis, [Curve(name, points)], usual, ""))
        )

    assert ">hue</text>" in drawn("hue")
    assert 'x="83.4%"' in drawn("hue")  # behind the steps, which end at 82 %
    long = drawn("gaussian_noise 55 %")
    assert re.search(
        '<text class="halo" x="100%" text-anchor="end" y="[0-9.]*">gaussian_noise 55 %</text>', long
    )
    assert 'x2="68.0%"' in long
