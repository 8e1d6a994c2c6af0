"""A p or q value as text."""

import pytest

from shiftscope.statistics.probability import probability


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (0.0456, "0.046"),
        (1e-4, "0.0001"),
        (9.9e-5, "< 0.0001"),
        (0.0, "< 0.0001"),
        (float("nan"), "–"),
    ],
)
def test_it_has_two_digits_and_goes_down_to_a_ten_thousandth(value, text):
    assert probability(value) == text
