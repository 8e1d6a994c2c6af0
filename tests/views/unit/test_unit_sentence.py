"""What the page of a unit says first, from hand-made means by category."""

import numpy as np
import pytest

from shiftscope.tuning.answered import answered
from shiftscope.views.page.panels import plain
from shiftscope.views.unit.by_category import took_on
from shiftscope.views.unit.unit import unit
from shiftscope.views.unit.unit_sentence import alone_in_words, in_words, others_in_words

NAMES = ("cat", "dog", "frog", "ship")
NONE = [np.nan] * 4


def said(before, after, means=(1.0, 1.0)):
    told = answered(np.array(before, float), np.array(after, float))
    return in_words(7, told, NAMES, ("clean", "blur"), *means)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # profiles correlate by -0.95 about means of 4.5 and 4; 8 >= 80 % of 10, 7 is not
        ([10, 8, 0, 0], [0, 1, 10, 7], "Unit 7 answered to cat and dog; under blur it answers to frog"),
        (
            [8, 1, 1, 2],
            [20, 2, 2, 4],
            "Unit 7 (cat) responds more to everything under blur: mean × 2.3",
        ),  # 28 / 12
        ([8, 1, 1, 2], [20, 1, 1, 2], "Unit 7 (cat) responds more under blur: mean × 2.0"),  # 24 / 12
        ([8, 1, 1, 2], [3, 0, 0, 1], "Unit 7 (cat) goes quiet under blur: mean × 0.33"),  # 4 / 12
        ([8, 1, 1, 2], [0, 0, 0, 0], "Unit 7 (cat) goes silent under blur"),
        ([8, 1, 1, 2], [7, 1, 1, 2], "Unit 7 answers to cat under blur, as in clean: mean × 0.92"),  # 11 / 12
        # the order of the first two changed, the correlation is 0.99
        (
            [10, 9, 0, 0],
            [8, 10, 0, 0],
            "Unit 7 answers to cat and dog in clean, to dog and cat under blur: mean × 0.95",
        ),
        (
            [1, 1, 1, 1],
            [1, 1, 1, 1],
            "Unit 7 answers to cat, dog and frog under blur, as in clean: mean × 1.0",
        ),
    ],
)
def test_the_first_rule_that_holds_is_said(before, after, expected):
    assert said(before, after) == expected


def test_without_labels_or_responses_the_means_over_all_samples_are_said():
    assert said(NONE, NONE, (2.0, 3.0)) == "Unit 7 under blur: mean response × 1.5 that in clean"
    assert said(NONE, NONE, (-2.0, 3.0)) == "Unit 7 under blur: mean response −2.00 → 3.00"
    assert said([0] * 4, [0] * 4, (0.0, 0.0)) == "Unit 7 is silent in clean and under blur"


def test_only_a_unit_without_a_response_was_silent():
    now = [0, 3, 0, 0]
    assert said([0] * 4, now, (0.0, 0.75)) == "Unit 7 was silent in clean; under blur it answers to dog"
    below = [-4, -5, -5, -4]
    assert said(below, now, (-4.5, 0.75)) == "Unit 7 under blur: mean response −4.50 → 0.750"
    assert said(now, below, (0.75, -4.5)) == "Unit 7 under blur: mean response 0.750 → −4.50"
    # means over the categories of -4.5 and -4: no ratio
    here, there = [-10, 2, -5, -5], [-10, 4, -5, -5]
    assert said(here, there, (-4.5, -4.0)) == "Unit 7 answers to dog under blur, as in clean"
    swapped = [2, 1, -10, -10]
    assert said(here, swapped, (-4.5, -4.25)) == "Unit 7 answered to dog; under blur it answers to cat"


def test_the_only_set_has_what_it_answers_to():
    def alone(*means):
        return alone_in_words(7, answered(np.array(means), np.array(means)), NAMES)

    assert alone(1.0, 5.0, 4.0, 0.0) == "Unit 7 answers to dog and frog"
    assert alone(0.0, 0.0, 0.0, 0.0) == "Unit 7 answers to no category"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([0.9, 0.2, 0.1, 0.0], [0.1, 0.75, 0.7, 0.0], "It took on frog and dog and gave up cat"),
        ([0.1, 0.2, 0.1, 0.0], [0.6, 0.2, 0.1, 0.0], "It took on cat"),
        ([0.9, 0.8, 0.1, 0.0], [0.1, 0.8, 0.1, 0.0], "It gave up cat"),
        ([0.9, 0.8, 0.1, 0.0], [0.8, 0.7, 0.1, 0.0], "It prefers what it preferred"),
        ([0.9, 0.8, 0.1, 0.0], [0.7, 0.8, 0.1, 0.0], "No category moved by half of its maximum"),
        ([0.9, 0.8, 0.1, np.nan], [0.3, 0.7, 0.1, 0.9], "It gave up cat"),  # a missing one did not move
        ([0.3, 0.1, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], "It gave up what it answered to"),
        ([0.3, 0.1, 0.0, 0.0], [-0.1, -0.2, -0.2, -0.2], "It gave up what it answered to"),
        ([-0.1, -0.2, -0.2, -0.2], [-0.1, -0.2, -0.3, -0.2], "No category moved by half of its maximum"),
        (NONE, [0.1, 0.2, 0.3, 0.4], "What it answers to"),
    ],
)
def test_what_moved_by_half_of_the_maximum_was_taken_on_or_given_up(before, after, expected):
    found = took_on(np.array(before), np.array(after), lambda c: NAMES[c], measured=True)
    assert found == expected


def test_of_more_than_three_the_rest_is_counted():
    found = took_on(np.zeros(6), np.array([0.5, 0.6, 0.7, 0.8, 0.9, 0.4]), str, measured=True)
    assert found == "It took on 4, 3, 2 and 2 more"


def test_a_unit_silent_in_the_baseline_moves_by_no_share():
    zeros = np.zeros(3)
    assert (
        took_on(zeros, np.array([0, 2.0, 0]), str, measured=False)
        == "It answers to categories that left it silent"
    )
    assert took_on(zeros, zeros, str, measured=False) == "It answers to no category"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([-4.61, -4.0], [-5.61, -4.5], "It falls most for cat"),
        ([-5.0, -4.0], [-4.0, -3.5], "It rises most for cat"),
        ([-5.0, -4.0], [2.0, -4.5], "It rises most for cat and falls most for dog"),
        ([0.0, 0.0], [0.0, -1.0], "It falls most for dog"),
        ([-5.0, np.nan], [-5.0, 3.0], "It answers to no category"),  # a missing one did not move
    ],
)
def test_a_unit_below_zero_rises_or_falls(before, after, expected):
    found = took_on(np.array(before), np.array(after), lambda c: NAMES[c], measured=False)
    assert found == expected


def test_the_set_that_moves_it_most_is_said_first():
    down = {"hue 3": 1.64, "hue 2": 1.7, "noise 5": 0.98}
    assert others_in_words(down, 2.0) == "noise 5, hue 3 and hue 2 quieten it: × 0.49, × 0.82 and × 0.85"
    both = {"a": 2.6, "b": 1.0, "c": 4.0}
    assert others_in_words(both, 2.0) == "b quietens it: × 0.50; c and a drive it up: × 2.0 and × 1.3"
    assert others_in_words({"a": -3.8, "b": 1.0}, 2.0) == "a and b quieten it: mean −3.80 and × 0.50"
    assert others_in_words({"a": -3.8}, -2.0) == others_in_words({}, 2.0) == ""


def test_of_responses_with_both_signs_the_change_is_told_in_deviations():
    means = {"a": 3.39, "b": -1.99}  # (3.39 - 0.01) / 2 and (-1.99 - 0.01) / 2
    assert (
        others_in_words(means, 0.01, 2.0)
        == "b quietens it: −1.00 deviations; a drives it up: +1.69 deviations"
    )
    assert others_in_words({"a": -1.0}, -2.0, 2.0) == "a drives it up: +0.500 deviations"
    assert others_in_words({"a": 1.0}, 0.5, 0.0) == ""
    signs = answered(np.array([8.0, 1, 1, 2]), np.array([20.0, 2, 2, 4]), both_signs=True)
    pair, moved = ("clean", "blur"), "+0.5 deviations"
    said = "Unit 7 answers to cat under blur, as in clean: mean +0.5 deviations"
    assert in_words(7, signs, NAMES, pair, 3.0, 7.0, moved) == said
    nothing = answered(np.array(NONE), np.array(NONE), both_signs=True)
    said = "Unit 7 under blur: mean response +0.5 deviations from clean"
    assert in_words(7, nothing, NAMES, pair, 3.0, 7.0, moved) == said


@pytest.mark.parametrize("index", [0, 1, 2, 6, 7, 8, 9])
def test_the_numbers_below_are_means_over_the_baseline_s_maximum(explored, index):
    text = plain(unit(explored.study, "hidden", index, focus="field").lede)
    lab, field, night = (
        explored[name].responses("hidden")[explored[name].shown, index] for name in ("lab", "field", "night")
    )
    share = [int(100 * each.mean() / lab.max() + 0.5) for each in (lab, field)]
    times = f"× {field.mean() / lab.mean():.{1 if field.mean() >= 0.995 * lab.mean() else 2}f}"
    assert text.startswith(f"Mean response {share[0]} % → {share[1]} % of its maximum ({times}) under field")
    assert text.endswith("Neuron, of hidden.")
    error = np.sqrt(night.var(ddof=1) / len(night) + lab.var(ddof=1) / len(lab))
    apart = (night.mean() - lab.mean()) / error
    if abs(apart) > 2.5:  # beyond chance at any number of degrees of freedom there may be
        assert f"; night {'quietens it' if apart < 0 else 'drives it up'}: × " in text
    if abs(apart) < 1.9:
        assert "night" not in text


def test_the_rule_s_numbers_are_in_the_sentence_s_explanation(explored):
    page = unit(explored.study, "hidden", 0, focus="field")
    (help,) = [span.help for span in page.lede if getattr(span, "help", "")]
    before, after = (explored[name].category_means("hidden", 5)[:4, 0] for name in ("lab", "field"))
    assert f"correlate below 0.5 (here {np.corrcoef(before, after)[0, 1]:.3f})".replace("-", "−") in help
    assert f"(here × {after.mean() / before.mean():.1f})" in help
