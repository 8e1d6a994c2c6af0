"""What groups do along their variables, from numbers written by hand."""

import pytest

from shiftscope.outcomes.harm import harm
from shiftscope.store.dataset_groups import dataset_groups
from shiftscope.views.overview.group_idea import group_idea, group_lede
from shiftscope.views.overview.set_rows import SetRow, Suffered, set_rows, worst_rows_first
from shiftscope.views.page.panels import plain

USUAL = (998, 1000)


def suffered(name, right):
    return Suffered(name, right, 1000, 0.998 - right / 1000, harm(*USUAL, right, 1000, 10))


def row(name, *right, variable="severity", values=()):
    values = values or range(1, len(right) + 1)
    sets = [suffered(f"{name} {value}", each) for value, each in zip(values, right, strict=True)]
    return SetRow(name, sets, variable, [float(value) for value in values])


HUE = row("hue", 973, 726, 441, 254, 107)
NOISE = row("noise", 998, 998, 997, 990, 973)
BLUR = row("blur", 998, 997, 997, 995, 982)
FOG = row("fog", 900, 850, 800, 700, 600)


def test_the_group_that_breaks_the_model_is_named_with_the_first_value_that_does():
    assert HUE.breaks == 2  # 99.8 - 44.1 = 55.7 points, half of what is above chance is 44.9
    assert HUE.telling.name == "hue 3"
    said = group_idea([NOISE, HUE, BLUR])
    assert said == "hue breaks this model at severity 3; noise and blur cost at most 2.5 points"


def test_groups_that_break_it_later_follow():
    snow = row("snow", 998, 100, 90, 80, 70)
    ice = row("ice", 998, 998, 400, 80, 70)
    assert group_idea([HUE, snow, BLUR]) == (
        "snow breaks this model at severity 2 and hue at 3; blur costs at most 1.6 points"
    )
    assert group_idea([HUE, ice]) == "ice and hue break this model at severity 3"
    frost = row("frost", 998, 998, 998, 80, 70)
    assert group_idea([HUE, snow, ice, frost]) == "snow breaks this model at severity 2, 3 more later"


def test_of_more_than_three_groups_that_do_not_break_it_the_number_is_said():
    mild = [row(name, 998, 998, 997, 990, 973) for name in ("a", "b", "c", "d")]
    assert (
        group_idea([HUE, *mild]) == "hue breaks this model at severity 3; the other 4 cost at most 2.5 points"
    )


def test_without_one_that_breaks_it_the_largest_loss_is_said():
    assert group_idea([FOG, BLUR]) == (
        "fog costs this model 39.8 points at severity 5; blur costs at most 1.6 points"
    )
    assert group_idea([BLUR]) == "blur barely touches this model: it costs at most 1.6 points"
    same = row("same", 998, 998)
    assert group_idea([HUE, same]) == "hue breaks this model at severity 3; same costs nothing"


def test_a_group_that_barely_touches_and_helps_says_both():
    low = (700, 1000)
    sets = [
        Suffered(f"glow {n}", right, 1000, 0.7 - right / 1000, harm(*low, right, 1000, 10))
        for n, right in ((1, 700), (2, 790))
    ]
    glow = SetRow("glow", sets, "severity", [1.0, 2.0])
    assert [each.harm for each in sets] == ["barely touches", "helps"]
    assert group_idea([HUE, glow]) == (
        "hue breaks this model at severity 3; glow costs nothing and adds up to 9.0 points"
    )


def test_those_along_another_variable_are_not_said_to_be_later():
    snow = row("snow", 998, 100, 90, 80, 70)
    tilt = row("tilt", 998, 998, 70, variable="angle", values=(10, 20, 30))
    wet = row("wet", 998, 998, 998, 80, 70)
    assert group_idea([HUE, snow, tilt, wet]) == "snow breaks this model at severity 2, 3 more elsewhere"


def test_a_group_that_only_its_variable_names_says_it_once():
    assert group_idea([row("severity", 998, 300)]) == "severity breaks this model at 2"


def test_without_labels_nothing_is_said():
    unlabelled = SetRow(
        "dark", [Suffered(f"dark {n}", 0, 0, float("nan"), None) for n in (1, 2)], "n", [1.0, 2.0]
    )
    assert group_idea([unlabelled]) == ""
    assert group_lede([unlabelled], "clean", USUAL, 10) == []


def test_the_lede_follows_the_worst_group_and_says_what_the_others_keep():
    said = plain(group_lede([BLUR, HUE, NOISE], "clean", USUAL, 10))
    assert said == (
        "Accuracy is 99.8 % on clean, 97.3 % at hue 1, 72.6 % at 2, 44.1 % at 3 and 10.7 %, chance, at 5. "
        "At 5, noise and blur keep 97.3 % and 98.2 %."
    )
    assert (
        plain(group_lede([BLUR], "clean", USUAL, 10)) == "Accuracy is 99.8 % on clean and 98.2 % at blur 5."
    )


def test_rows_are_the_ordered_groups_and_the_sets_by_themselves():
    groups = dataset_groups(
        {
            "n2": {"corruption": "noise", "severity": 2},
            "n1": {"corruption": "noise", "severity": 1},
            "b1": {"corruption": "blur", "severity": 1},
            "north": {"hospital": "north"},
            "loose": {},
        }
    )
    names = {group.called: group.called.removeprefix("corruption ") for group in groups}
    sets = [suffered(name, 900) for name in ("north", "n2", "n1", "b1", "loose")]
    rows = set_rows(sets, groups, names)
    found = [(each.name, [one.name for one in each.sets], each.variable) for each in rows]
    assert found == [
        ("noise", ["n1", "n2"], "severity"),
        ("north", ["north"], ""),
        ("b1", ["b1"], ""),
        ("loose", ["loose"], ""),
    ]


@pytest.mark.parametrize("rows", [[FOG, NOISE, HUE], [HUE, FOG, NOISE]])
def test_the_earliest_to_break_comes_first_then_the_largest_loss(rows):
    snow = row("snow", 998, 400)
    assert [each.name for each in worst_rows_first([*rows, snow])] == ["snow", "hue", "fog", "noise"]


def test_the_earliest_is_the_one_at_the_smallest_value_not_at_the_first_place():
    a = row("a", 998, 400, 300, values=(1, 2, 3))
    b = row("b", 300, 200, values=(3, 4))
    d = row("d", 250, 200, values=(4, 5))
    c = row("c", 998, 100, values=(2, 5))
    assert [each.name for each in worst_rows_first([b, c, d, a])] == ["a", "b", "d", "c"]
    assert group_idea([b, c, d, a]) == "a breaks this model at severity 2, 3 more later"


def test_values_of_different_variables_are_not_compared():
    dose = row("dose", 300, 100, variable="dose", values=(30, 40))
    snow = row("snow", 998, 400, values=(1, 2))
    assert [each.name for each in worst_rows_first([snow, dose])] == ["dose", "snow"]


def helped(name, *right):
    """Sets of a model that is right on 200 of 300 samples of its baseline."""
    sets = [
        Suffered(f"{name} {n}", each, 300, (200 - each) / 300, harm(200, 300, each, 300, 3))
        for n, each in enumerate(right, 1)
    ]
    return SetRow(name, sets, "severity", [float(n) for n in range(1, len(right) + 1)])


def test_a_group_whose_every_set_helps_is_said_to_help():
    dim = helped("dim", 240, 290)  # 80.0 and 96.7 % after 66.7 %
    assert group_idea([dim]) == "dim helps this model: it adds at least 13.3 points"
    warm = helped("warm", 270, 280)
    assert group_idea([dim, warm]) == "dim and warm help this model: they add at least 13.3 points"
    assert (
        plain(group_lede([dim, warm], "clean", (200, 300), 3))
        == "Accuracy is 66.7 % on clean and 80.0 % at dim 1. At 2, warm gains: 93.3 %."
    )


def test_groups_that_help_follow_those_that_cost():
    dim, same, dark = helped("dim", 240, 290), helped("same", 200, 198), helped("dark", 190, 90)
    assert (
        group_idea([dim, same]) == "same barely touches this model: it costs at most 0.7 points; dim helps it"
    )
    # 90 of 300 lose 36.7 points, more than half of the 33.3 above chance
    assert (
        group_idea([dim, same, dark])
        == "dark breaks this model at severity 2; same costs at most 0.7 points; dim helps it"
    )
    said = plain(group_lede([dim, same, dark], "clean", (200, 300), 3))
    assert said.endswith(" At 2, same keeps 66.0 %. At 2, dim gains: 96.7 %.")
    many = [helped(f"h{n}", 240, 290) for n in range(4)]
    assert group_idea([same, *many]).endswith("; 4 others help it")
    assert group_idea([dark, *many]) == "dark breaks this model at severity 2; the other 4 help it"
