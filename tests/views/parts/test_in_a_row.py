"""Names as a list of a sentence."""

import pytest

from shiftscope.views.parts.in_a_row import in_a_row


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b", "c", "d"], "a, b, c and d"),  # no longer than "a, b, c and 1 more"
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
    ],
)
def test_names_have_commas_and_an_and_and_two_beyond_three_are_counted(names, expected):
    assert in_a_row(names) == expected
