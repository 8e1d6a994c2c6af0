"""What forms ask for maps, read from text."""

import pytest

from shiftscope.errors import BadRequest
from shiftscope.web.jobs.asked_maps import low_pass_of, units_of


@pytest.mark.parametrize(
    ("text", "cutoff"), [("", None), ("  ", None), ("4", 4.0), (" 2.5 ", 2.5), ("fitted", "fitted")]
)
def test_a_cutoff_is_a_number_or_none(text, cutoff):
    assert low_pass_of(text) == cutoff


@pytest.mark.parametrize("text", ["0", "-1", "inf", "nan", "low"])
def test_another_cutoff_is_refused(text):
    with pytest.raises(BadRequest, match="cycles per image above 0"):
        low_pass_of(text)


def test_further_units_are_numbers_each_once():
    assert units_of(3, "") == [3]
    assert units_of(3, "12, 3 40") == [3, 12, 40]
    with pytest.raises(BadRequest, match="'x' is no unit"):
        units_of(3, "1 x")
    with pytest.raises(BadRequest, match="22 units; up to 20 beside unit 100"):
        units_of(100, " ".join(map(str, range(21))))
