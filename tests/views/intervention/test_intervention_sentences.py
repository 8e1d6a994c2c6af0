import numpy as np
import pytest

from shiftscope.explain.interventions.intervention import Answers
from shiftscope.views.intervention.sentences import headline, lede
from shiftscope.views.page.panels import plain
from shiftscope.views.parts.number_text import points_interval


def answers(fixed, broken, samples=100, label=0):
    """Of samples labelled 0 the first few are wrong before and right after, then some the other way round."""
    before, after = np.zeros(samples, int), np.zeros(samples, int)
    before[:fixed] = 1
    after[fixed : fixed + broken] = 1
    return Answers(np.full(samples, label), before, after)


@pytest.mark.parametrize(
    ("fixed", "broken", "said"),
    [
        (20, 2, "gives fog 18.0 points: 20 fixed, 2 broken"),
        (2, 20, "costs fog 18.0 points: 2 fixed, 20 broken"),
        (3, 2, "does not surely change the accuracy in fog: 3 fixed, 2 broken"),
        (0, 0, "turns no answer in fog right or wrong"),
    ],
)
def test_what_a_change_of_units_did_to_the_focus(fixed, broken, said):
    assert headline("silence", [3, 5], "fog", answers(fixed, broken)) == f"Silencing units 3 and 5 {said}"


def test_units_are_named_where_they_are_few_and_answers_counted_without_labels():
    unlabelled = answers(4, 1, label=-1)
    assert headline("clamp", [7], "fog", unlabelled) == "Clamping unit 7 changes 5 of 100 answers in fog"
    assert headline("replace", range(4), "fog", unlabelled).startswith("Replacing 4 units changes")


def test_the_lede_gives_the_shares_and_the_interval_of_sets_with_labels():
    sets = {"fog": answers(20, 2).pairs, "lab": answers(0, 0).pairs, "dark": answers(1, 1, label=-1).pairs}
    assert plain(lede(sets)) == (  # 80 and 98 of 100
        f"fog goes from 80.0 % to 98.0 % ({points_interval(*sets['fog'].interval)} points); lab stays at 100.0 %."
    )
    assert lede({"dark": sets["dark"]}) == ""
