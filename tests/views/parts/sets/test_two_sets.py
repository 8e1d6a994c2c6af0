"""Which set is compared with the baseline where the reader chose none, or the baseline itself."""

import numpy as np
import pytest

from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.sets.two_sets import refusal, two_sets
from shiftscope.views.parts.sets.worst_set import by_loss


@pytest.mark.parametrize("baseline", ["lab", "field", "night"])
def test_the_default_is_the_set_that_loses_most_accuracy(explored, baseline):
    selection = Selection.at(explored.study, baseline=baseline)
    others = [name for name in ("lab", "field", "night") if name != baseline]
    expected = sorted(others, key=lambda name: np.divide(*explored[name].judged()))
    assert by_loss(selection) == expected
    assert two_sets(selection).focus == expected[0]
    assert refusal(selection, two_sets(selection)) == []


def test_a_set_that_was_chosen_stays(explored):
    for name in ("field", "night"):
        selection = Selection.at(explored.study, focus=name)
        assert two_sets(selection) is selection
        assert refusal(selection, two_sets(selection)) == []


def test_the_baseline_as_focus_is_refused_and_leaves_the_addresses(explored):
    asked = Selection.at(explored.study, focus="lab")
    shown = two_sets(asked)
    (message,) = refusal(asked, shown)
    assert f"{shown.focus} is shown instead" in message.text
    assert shown.unit(3) == "layers/hidden/units/3"


def test_a_set_without_labels_is_compared_where_it_is_the_only_one(unlabelled):
    assert two_sets(Selection.at(unlabelled.study)).focus == "field"


def test_menus_never_make_focus_and_baseline_one_set(explored):
    focus, baseline = Selection.at(explored.study, focus="night").two_set_choices("p")
    assert {link.text: link.page for link in focus.options} == {
        "field": "p?focus=field",
        "night": "p?focus=night",
    }
    assert {link.text: link.page for link in baseline.options} == {
        "lab": "p?baseline=lab&focus=night",
        "field": "p?baseline=field&focus=night",
        "night": "p?baseline=night&focus=lab",
    }
