"""What a shift does to a model, by hand."""

import pytest

from shiftscope.outcomes.harm import harm


@pytest.mark.parametrize(
    ("usual", "here", "categories", "word"),
    [
        # intervals of the change by Newcombe, in points
        ((980, 1000), (961, 1000), 10, "barely touches"),  # 1.9 points, though surely lost: -3.5 to -0.4
        ((9800, 10000), (9600, 10000), 10, "hurts"),  # 2 points exactly: -2.5 to -1.5
        ((9800, 10000), (9601, 10000), 10, "barely touches"),  # a sample less
        ((9, 10), (7, 10), 10, "barely touches"),  # 20 points that ten samples cannot tell: -51 to 16
        ((90, 100), (50, 100), 10, "breaks"),  # half of what stands above chance: 90 - 10
        ((90, 100), (51, 100), 10, "hurts"),
        ((90, 100), (70, 100), 2, "breaks"),  # guessing gets 50, so 20 of 40 are lost
        ((50, 100), (90, 100), 10, "helps"),
        ((9600, 10000), (9800, 10000), 10, "helps"),
        ((100, 100), (0, 100), 10, "breaks"),
    ],
)
def test_a_loss_is_told_by_its_size_its_interval_and_what_chance_leaves(usual, here, categories, word):
    assert harm(*usual, *here, categories) == word


def test_a_set_compared_with_itself_barely_touches():
    assert harm(7, 9, 7, 9, 3) == "barely touches"


@pytest.mark.parametrize(("usual", "here"), [((0, 0), (3, 4)), ((3, 4), (0, 0))])
def test_without_labels_nothing_is_told(usual, here):
    assert harm(*usual, *here, 10) is None


def test_a_baseline_at_chance_has_nothing_that_breaks():
    assert harm(500, 1000, 300, 1000, 2) == "hurts"
    assert harm(1000, 1000, 500, 1000, 1) == "hurts"  # one category: all is chance
