"""What forms ask for maps, read from text."""

import pytest

from shiftscope.errors import BadRequest
from shiftscope.web.jobs.asked.maps import low_pass_of


@pytest.mark.parametrize(
    ("text", "cutoff"), [("", None), ("  ", None), ("4", 4.0), (" 2.5 ", 2.5), ("fitted", "fitted")]
)
def test_a_cutoff_is_a_number_or_none(text, cutoff):
    assert low_pass_of(text) == cutoff


@pytest.mark.parametrize("text", ["0", "-1", "inf", "nan", "low"])
def test_another_cutoff_is_refused(text):
    with pytest.raises(BadRequest, match="cycles per image above 0"):
        low_pass_of(text)
