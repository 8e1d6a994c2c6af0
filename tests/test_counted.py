import pytest

from shiftscope.counted import counted
from shiftscope.views.parts.number_text import count


@pytest.mark.parametrize(
    ("number", "noun", "expected"),
    [
        (1, "unit", "1 unit"),
        (0, "unit", "0 units"),
        (2, "category", "2 categories"),
        (1, "category", "1 category"),
        (1.0, "percentage point", "1 percentage point"),
        (0.5, "percentage point", "0.5 percentage points"),
    ],
)
def test_one_of_a_thing_is_one_and_anything_else_is_several(number, noun, expected):
    assert counted(number, noun, lambda value: f"{value:.3g}") == expected


def test_the_number_is_written_as_the_page_writes_it():
    assert counted(4096, "sample", count) == "4\u202f096 samples"
