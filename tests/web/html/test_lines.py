"""Lines along marks: where they are drawn."""

import math
import re

from shiftscope.views.page.panels import Line, Lines
from shiftscope.web.html.lines import BOTTOM, LEFT, RIGHT, TOP, drawn_lines


def chart(*lines, **options):
    marks = [("0", ""), ("1", "+61"), ("2", "+<4")]
    ticks = [(0.4, "40"), (0.5, "50 %")]
    return str(drawn_lines(Lines("", lines, marks, ticks, description='a "chart"', **options)))


def test_a_number_lies_between_the_ticks_and_a_mark_between_the_ends():
    drawn = chart(Line("held out", [0.4, 0.45, 0.5], "focus"), chosen=2)
    dots = re.findall(r'<circle class="c-foc dot" cx="([\d.]+)%" cy="([\d.]+)" r="(\d)"/>', drawn)
    middle = ((LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2, 4)
    assert [tuple(map(float, dot)) for dot in dots] == [(LEFT, BOTTOM, 4), middle, (RIGHT, TOP, 7)]
    assert drawn.count('class="c-foc ln"') == 2
    assert '<text x="80%" y="230" text-anchor="middle" class="ink">2</text>' in drawn


def test_what_is_missing_is_not_drawn_and_text_is_escaped():
    drawn = chart(Line("search", [0.4, math.nan, 0.5]))
    assert drawn.count("<circle") == 2
    assert "nan" not in drawn
    assert "+&lt;4" in drawn
    assert 'aria-label="a &#34;chart&#34;"' in drawn


def test_names_at_the_ends_do_not_lie_on_one_another():
    drawn = chart(Line("search", [0.4, 0.4, 0.5]), Line("held out", [0.4, 0.4, 0.5], "focus"))
    places = [float(y) for y in re.findall(r'<text x="82.5%" y="([\d.]+)"', drawn)]
    assert places[1] - places[0] >= 15
