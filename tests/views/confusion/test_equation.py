"""What the confused samples look like, before and under the shift."""

import pytest

from shiftscope.views.confusion.confusion import confusion
from shiftscope.views.page.panels import Equation
from tests.views.conftest import panel, positions

PAIRS = [(a, b) for a in range(4) for b in range(4) if a != b]


def most(plain):
    return max(PAIRS, key=lambda pair: plain.counted(*pair))


def test_the_same_samples_stand_on_both_sides_in_the_order_of_the_focus(twinned):
    a, b = most(twinned["dusk"])
    before, under, like = panel(confusion(twinned.study, a, b, focus="dusk"), Equation).strips
    expected = twinned["dusk"].having(a, b)[:8]
    assert positions(under.pictures) == expected
    ids = [twinned["dusk"].ids[position] for position in expected]
    assert [twinned.lab.ids[position] for position in positions(before.pictures)] == ids
    assert positions(like.pictures) == twinned.lab.having(b, b)[:8]
    assert (before.role, under.role, like.role) == ("reference", "shifted", "reference")


def test_what_the_samples_were_before_is_counted_where_not_all_were_right(twinned):
    plain = twinned["dusk"]
    a, b = most(plain)
    shown = panel(confusion(twinned.study, a, b, focus="dusk"), Equation)
    twins = [twinned.lab.ids.index(plain.ids[position]) for position in plain.having(a, b)[:8]]
    right = sum(int(twinned.lab.predictions[position] == a) for position in twins)
    name = "abcde"[a]
    said = f"classified {name}" if right == len(twins) else f"{right} of {len(twins)} classified {name}"
    assert [answer.text for answer in shown.answers] == [said, *[f"classified {'abcde'[b]}"] * 2]
    assert shown.signs[0] == ("→", "the same samples under the shift")


def test_where_ids_do_not_agree_the_surest_right_ones_are_shown(explored):
    """Their labels differ under one id: these datasets show other things."""
    shown = panel(confusion(explored.study, 0, 1, focus="field"), Equation)
    assert positions(shown.strips[0].pictures) == explored.lab.having(0, 0)[:8]
    assert positions(shown.strips[1].pictures) == explored.field.having(0, 1)[:8]
    assert shown.signs[0] == ("→", "others labelled a")


@pytest.mark.parametrize("name", ["lab", "field"])
def test_nothing_confused_leaves_its_place_empty(explored, name):
    shown = panel(confusion(explored.study, 4, 0, focus=name), Equation)
    assert shown.strips[1].empty == f"No e in {name} is classified a."
    assert shown.signs[0] == ("→", "none of them")
