import pytest

from shiftscope.explain.interventions.silenced_alone import Repaired
from shiftscope.views.overview.blame_in_words import blame_in_words

ROT = Repaired(48, 108, 108, 29, 72, 72)
DOES = "silencing it alone repairs 48 of 108 errors and breaks 29 of 72 right answers"
ROT_IN_WORDS = f"unit 8 of fc in rot: {DOES}"
COSTS = f"{DOES}, and costs val 11.7 points"  # 21 / 180


@pytest.mark.parametrize(
    ("usual", "sure", "said"),
    [
        (Repaired(0, 0, 0, 21, 180, 180), True, f"unit 8 of fc in rot: {COSTS}"),
        (Repaired(0, 0, 0, 21, 180, 180), False, f"unit 8 of fc in rot, not beyond chance: {COSTS}"),
        (Repaired(2, 2, 2, 1, 98, 98), True, f"{ROT_IN_WORDS}, and costs val nothing"),
        (Repaired(0, 0, 0, 0, 0, 0), True, ROT_IN_WORDS),  # without labels
        (None, True, ROT_IN_WORDS),
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
