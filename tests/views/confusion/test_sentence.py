"""Sentences about a confusion, by hand."""

import pytest

from shiftscope.views.confusion.sentence import confusion_sentence, of_how_many, where_it_happens


@pytest.mark.parametrize(
    ("wrong", "total", "said"),
    [
        (59, 59, "Every cat in night is classified frog"),
        (30, 59, "Most cat in night are classified frog"),
        (30, 60, "30 of 60 cat in night are classified frog"),  # half is not most
        (1, 60, "1 of 60 cat in night is classified frog"),
        (0, 60, "No cat in night is classified frog"),
        (0, 0, "night holds no cat"),
    ],
)
def test_the_heading_says_how_much_becomes_what(wrong, total, said):
    assert confusion_sentence("cat", "frog", "night", wrong, total) == said


def test_counts_stand_beside_what_they_are_of():
    assert [of_how_many(*pair) for pair in ((3, 59), (0, 59), (0, 0))] == [
        "3 of 59",
        "none",
        "no such sample",
    ]


def test_a_fold_says_in_which_sets_the_largest_shares_first():
    there = [("lab", 0, 9), ("night", 9, 9), ("fog", 2, 8)]
    many = [(f"s{number}", number, 10) for number in range(6)]
    assert where_it_happens([("a → b", there), ("b → a", [("lab", 0, 4)])]) == (
        "a → b in all 9 of night, in 2 of 8 of fog; b → a in no set"
    )
    assert where_it_happens([("a → b", many)]) == (
        "a → b in 5 of 10 of s5, in 4 of 10 of s4, in 3 of 10 of s3 and 2 more sets"
    )
