"""Sentences about one sample, by hand."""

import pytest

from shiftscope.views.sample.sentence import place_of, sample_sentence, share_text


@pytest.mark.parametrize(
    ("label", "before", "prediction", "said"),
    [
        ("cat", ("cat", "lab"), "frog", "The same cat is classified cat in lab and frog in night"),
        ("cat", ("dog", "lab"), "dog", "The same cat is classified dog in lab and in night"),
        ("cat", None, "frog", "cat, classified frog"),
        (None, None, "frog", "Classified frog"),
        (None, ("cat", "lab"), "frog", "The same image is classified cat in lab and frog in night"),
        ("cat", ("cat", "lab"), None, "cat, skipped"),
        (None, None, None, "Skipped"),
    ],
)
def test_the_heading_says_what_became_of_the_answer(label, before, prediction, said):
    assert sample_sentence(label, before, "night", prediction) == said


def test_an_answer_is_never_certain():
    assert [share_text(share) for share in (1.0, 0.9991, 0.999, 0.5, 0.001, 0.0004)] == [
        "over 99.9 %",
        "over 99.9 %",
        "99.9 %",
        "50.0 %",
        "0.1 %",
        "under 0.1 %",
    ]


def test_the_place_of_the_label_is_told():
    assert place_of("cat", 1) == "cat, the label, comes first"
    assert place_of("cat", 5) == "cat, the label, comes at place 5"
