"""Units that forms ask for, read from text."""

import pytest

from shiftscope.errors import BadRequest
from shiftscope.store.layout import LOGITS
from shiftscope.web.jobs.asked.units import units_in_words, units_of


def test_further_units_are_numbers_each_once():
    assert units_of(3, "") == [3]
    assert units_of(3, "12, 3 40") == [3, 12, 40]
    with pytest.raises(BadRequest, match="'x' is no unit"):
        units_of(3, "1 x")
    with pytest.raises(BadRequest, match="22 units; up to 20 beside unit 100"):
        units_of(100, " ".join(map(str, range(21))))


def test_units_are_named_in_titles():
    assert units_in_words("hidden", 3) == "unit 3 of hidden"
    assert units_in_words("hidden", 3, "12 3") == "units 3, 12 of hidden"
    assert units_in_words(LOGITS, 3) == "the logit of category 3"
    assert units_in_words(LOGITS, 3, "12 3") == "the logits of categories 3, 12"
