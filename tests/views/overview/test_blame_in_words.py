import numpy as np
import pytest

from shiftscope.explain.interventions.silenced_alone import Repaired
from shiftscope.model.linear_map import LinearMap
from shiftscope.views.overview.blame_in_words import best_alone_in_words, blame_in_words
from shiftscope.views.overview.blamed import Blamed

ROT = Repaired(48, 108, 108, 29, 72, 72)
DOES = "silencing unit 8 of fc alone repairs 48 of 108 errors and breaks 29 of 72 right answers in rot"
COSTS = ", and costs val 11.7 points"  # 21 / 180


@pytest.mark.parametrize(
    ("usual", "sure", "said"),
    [
        (Repaired(0, 0, 0, 21, 180, 180), True, DOES + COSTS),
        (Repaired(0, 0, 0, 21, 180, 180), False, f"{DOES}, not beyond chance{COSTS}"),
        (Repaired(2, 2, 2, 1, 98, 98), True, f"{DOES}, and costs val nothing"),
        (Repaired(0, 0, 0, 0, 0, 0), True, DOES),  # without labels
        (None, True, DOES),
    ],
)  # fmt: skip
def test_the_best_unit_is_told_with_what_it_breaks_and_costs(usual, sure, said):
    assert blame_in_words("unit 8 of fc", "rot", ROT, "val", usual, sure=sure) == said


def test_a_unit_that_breaks_as_much_as_it_repairs_is_no_culprit():
    breaks = Repaired(48, 108, 108, 43, 72, 72)  # net 5, under 5.4
    assert blame_in_words("unit 8 of fc", "rot", breaks, "val", None, sure=True) == (
        "no single unit: silencing the best one, unit 8 of fc, repairs 48 of 108 errors and breaks 43 of 72 right "
        "answers in rot"
    )


def test_of_some_that_are_looked_at_all_are_estimated():
    assert Repaired(10, 100, 200, 5, 50, 150).net == 10 * 2 - 5 * 3


def test_a_case_says_what_the_best_unit_gains_where_that_is_sure_and_much():
    head = LinearMap("head", "fc", np.zeros((3, 64), np.float32), None)
    much = Repaired(48, 108, 108, 9, 72, 72)
    assert best_alone_in_words([Blamed("rot", head, 8, much)]) == (
        "Silencing unit 8 of fc alone repairs 48 of 108 errors and breaks 9 of 72 right answers."
    )
    little = Repaired(40, 10_000, 10_000, 1, 72, 72)  # net 39 of 10 000
    unsure = Repaired(10, 108, 108, 2, 72, 72)  # p 0.039, times 64 units
    for repaired in (little, unsure):
        assert best_alone_in_words([Blamed("rot", head, 8, repaired)]) == ""
    assert best_alone_in_words([]) == ""
