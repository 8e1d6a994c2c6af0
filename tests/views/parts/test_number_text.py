"""How numbers read."""

import numpy as np
import pytest

from shiftscope.percent import percent
from shiftscope.views.parts.number_text import all_exact, count, exact, number, points

NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.000"),
        (0.5, "0.500"),
        (0.012345, "0.012"),
        (1.0, "1.00"),
        (-1.2345, "−1.23"),
        (12.345, "12.3"),
        (123.45, "123"),
        (9999.0, "9999"),
        (12345.0, "1.23e+04"),
        (0.00012, "1.20e−04"),
        (-0.00012, "−1.20e−04"),
        (NAN, "–"),
        (INFINITE, "∞"),
        (-INFINITE, "−∞"),
    ],
)
def test_a_number_has_three_digits_that_count_and_a_dash_where_there_is_none(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0.0 %"), (0.625, "62.5 %"), (1.0, "100.0 %"), (-0.031, "−3.1 %"), (1.5, "150.0 %"), (NAN, "–")],
)
def test_a_share_is_per_cent_with_one_decimal(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("difference", "text"),
    [(0.125, "+12.5 points"), (-0.125, "−12.5 points"), (0.0, "+0.0 points"), (NAN, "–")],
)
def test_a_difference_of_shares_is_in_points_with_its_sign(difference, text):
    assert points(difference) == text


def test_thousands_stand_apart():
    assert [count(n) for n in (0, 999, 1000, 1234567)] == ["0", "999", "1\u202f000", "1\u202f234\u202f567"]


def test_many_numbers_have_the_digits_of_each():
    rng = np.random.default_rng(0)
    drawn = rng.normal(size=3000) * 10.0 ** rng.integers(-12, 15, 3000)
    values = np.append(drawn, [0, -0.0, 1, 0.1, 1e5, 999999.5, 1e6, 123456.5, 9.999995])
    assert all_exact(values) == [exact(float(value)) for value in values]
    assert all_exact(np.empty(0)) == []
