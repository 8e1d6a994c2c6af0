"""The sentences of the first page, from numbers written by hand."""

import numpy as np
import pytest

from shiftscope.outcomes.harm import harm
from shiftscope.views.overview.happened import happened
from shiftscope.views.overview.idea import idea
from shiftscope.views.overview.ladder_idea import worst_of_ladders
from shiftscope.views.overview.set_rows import SetRow, Suffered
from shiftscope.views.page.panels import plain
from shiftscope.views.parts.in_a_row import in_a_row


def suffered(name, right, of=1000, usual=990, categories=10):
    return Suffered(name, right, of, usual / 1000 - right / of, harm(usual, 1000, right, of, categories))


def test_the_sets_are_named_by_what_they_do_the_worst_first():
    sets = [suffered("dark", 985), suffered("noise", 300), suffered("blur", 900), suffered("swap", 100)]
    assert idea(sets) == "swap and noise break this model; blur hurts it; dark barely touches it"
    assert idea(sets[:1]) == "dark barely touches this model"
    assert idea([suffered("clear", 600, usual=500)]) == "clear helps this model"
    assert idea([Suffered("unlabelled", 0, 0, float("nan"), None)]) == ""


def test_the_worst_of_a_ladder_stands_with_the_sets_that_do_the_same():
    noise, blur, dark = suffered("noise", 300), suffered("blur", 900), suffered("dark", 985)
    hue = {"breaks": ["hue from strength 0.25 on"]}
    said = "noise breaks this model, and so does hue from strength 0.25 on; dark barely touches it"
    assert idea([noise, dark], ladders=hue) == said
    assert idea([blur], ladders=hue) == "hue from strength 0.25 on breaks this model; blur hurts it"
    mild = {"hurts": ["hue at strength 0.5", "fog at strength 1"]}
    assert idea([noise], ladders=mild) == (
        "noise breaks this model; hue at strength 0.5 and fog at strength 1 hurt it"
    )


def test_a_ladder_is_told_from_the_first_rung_of_its_worst():
    def told(*right):
        sets = [suffered(f"hue-{place}", each) for place, each in enumerate(right, 1)]
        return worst_of_ladders([SetRow("hue", sets, "strength", range(1, len(right) + 1))])

    assert told(985, 300, 200) == {"breaks": ["hue from strength 2 on"]}
    assert told(985, 300, 900) == {"breaks": ["hue at strength 2"]}
    assert told(985, 980, 900) == {"hurts": ["hue at strength 3"]}
    assert told(985, 985) == {}


def test_more_than_three_names_are_counted():
    sets = [suffered(f"s{n}", 100 + n) for n in range(5)]
    assert idea(sets) == "s0, s1, s2 and 2 more break this model"
    assert in_a_row(["a"]) == "a"
    assert in_a_row(["a", "b"]) == "a and b"


NAMES = ["cat", "dog", "frog"]


def test_of_categories_that_trade_places_the_confusion_that_is_shown_is_named_first():
    cycle = np.array([[0, 100, 0], [0, 10, 90], [80, 0, 20]])
    said = plain(happened(cycle, NAMES, "breaks", (2, 0)))
    assert said.startswith("Categories trade places: frog → cat, cat → dog and dog → frog,")


@pytest.mark.parametrize(
    ("confusions", "does", "said"),
    [
        (
            [[98, 2, 0], [1, 99, 0], [0, 0, 100]],
            "barely touches",
            "Barely touched. 297 of 300 are classified right; 2 of the 3 errors are cat → dog.",
        ),
        (
            [[0, 100, 0], [0, 10, 90], [80, 0, 20]],
            "breaks",
            "Categories trade places: cat → dog, dog → frog and frog → cat, each at least 80 % of its samples.",
        ),
        (
            [[40, 0, 60], [0, 40, 60], [0, 0, 100]],
            "breaks",
            "cat and dog become frog: 100 % of the wrong answers say so.",
        ),
        (
            [[5, 2, 2], [2, 5, 2], [2, 1, 5]],
            "hurts",
            "dog becomes cat or frog: 73 % of the wrong answers say so.",
        ),
        (
            [[3, 0, 0], [0, 3, 0], [0, 0, 3]],
            "barely touches",
            "Nothing is wrong: all 9 are classified right.",
        ),
        (np.zeros((3, 3), int), None, "No sample has a label and an answer, so there is no accuracy."),
    ],
)
def test_what_happened_is_the_first_rule_that_holds(confusions, does, said):
    assert plain(happened(np.array(confusions), NAMES, does)) == said


def test_where_wrong_answers_spread_the_largest_confusion_is_named():
    confusions = np.full((6, 6), 2) + 10 * np.eye(6, dtype=int)
    confusions[2, 4] = 3
    usual = "No single confusion: the largest, c → e, makes 3 of 61 errors"
    assert plain(happened(confusions, list("abcdef"), "hurts")) == f"{usual}."
    assert plain(happened(confusions, list("abcdef"), "hurts", (2, 4))) == f"{usual}."
    assert plain(happened(confusions, list("abcdef"), "hurts", (0, 3))) == f"{usual}; a → d grew most."


def test_a_single_error_is_said_to_be_one():
    confusions = np.array([[9, 1], [0, 10]])
    assert plain(happened(confusions, ["cat", "dog"], "barely touches")) == (
        "Barely touched. 19 of 20 are classified right; the one error is cat → dog."
    )
