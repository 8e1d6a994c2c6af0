"""Sentences about a category, by hand."""

import pytest

from shiftscope.views.category.sentence import category_sentence


@pytest.mark.parametrize(
    ("here", "usual", "said"),
    [
        ((0, 59), (59, 59), "No cat in night is classified right"),
        ((20, 100), (90, 100), "cat loses 70 points in night"),  # Newcombe: -78 to -58
        ((90, 100), (20, 100), "cat gains 70 points in night"),
        ((6, 10), (8, 10), "night barely touches cat"),  # Newcombe: -51 to 20
        ((3, 9), (0, 0), "3 of 9 cat in night are classified right"),
        ((1, 9), None, "1 of 9 cat in night is classified right"),
        ((0, 0), (9, 9), "night holds no cat"),
    ],
)
def test_a_change_is_told_where_it_is_sure(here, usual, said):
    assert category_sentence("cat", "night", here, usual) == said
