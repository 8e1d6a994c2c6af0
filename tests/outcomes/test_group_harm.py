from math import nan

from shiftscope.outcomes.group_harm import breaking_place, costliest_place


def test_a_group_breaks_where_its_first_set_does():
    assert breaking_place(["barely touches", "hurts", "breaks", "hurts", "breaks"]) == 2
    assert breaking_place(["hurts", None]) is None
    assert breaking_place([]) is None


def test_the_costliest_set_loses_most_the_first_of_equal_ones():
    assert costliest_place([0.1, 0.3, nan, 0.3]) == 1
    assert costliest_place([-0.2, -0.1]) == 1


def test_without_labels_the_last_set_stands_for_the_group():
    assert costliest_place([nan, nan, nan]) == 2
