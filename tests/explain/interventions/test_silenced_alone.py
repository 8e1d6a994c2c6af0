"""What silencing a unit repairs, and whether that is more than chance."""

import math

import pytest

from shiftscope.explain.interventions.silenced_alone import Repaired


def test_where_all_are_looked_at_p_is_of_the_turned_answers_alone():
    assert Repaired(5, 100, 100, 0, 50, 50).p == 2 / 2**5
    assert Repaired(0, 100, 100, 0, 50, 50).p == 1


def test_where_some_are_looked_at_each_turned_answer_stands_for_several():
    some = Repaired(fixed=9, looked_at=50, errors=100, broken=4, right_looked_at=50, right=150)
    net, deviation = 9 * 2 - 4 * 3, math.sqrt(9 * 4 + 4 * 9)
    assert some.net == net
    assert some.p == pytest.approx(math.erfc(net / deviation / math.sqrt(2)))
    assert Repaired(0, 50, 100, 0, 50, 150).p == 1
