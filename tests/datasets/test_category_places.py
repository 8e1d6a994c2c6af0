from __future__ import annotations

import numpy as np
import pytest

from shiftscope.datasets.category_places import (
    by_position,
    category_places,
    check_order_of_numbers,
    folder_order,
)
from shiftscope.errors import DataError


@pytest.mark.parametrize(
    ("own", "categories", "places"),
    [
        (["cat", "dog"], ["cat", "dog"], [0, 1]),
        (["dog", "cat"], ["cat", "dog"], [1, 0]),
        (["dog"], ["cat", "dog", "cow"], [1]),
        (["0 - zero", "1 - one"], ["0", "1"], [0, 1]),
        (["DOG", " cat "], ["cat", "dog"], [1, 0]),
        (["Crane", "crane "], ["crane", "crane"], [0, 1]),
        (["Crane", "crane"], ["crane", "Crane"], [1, 0]),
        (["e\u0301toile", "tea"], ["tea", "\u00e9toile"], [1, 0]),
        (["10", "2", "0"], ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"], [10, 2, 0]),
        (["01", "00"], ["0", "1"], [1, 0]),
        (["1", "0"], ["zero", "one"], [1, 0]),
        (["2", "0"], ["ant", "bee", "cow", "dog"], [2, 0]),
        (["crane", "crane"], ["crane", "crane"], [0, 1]),
    ],
)
def test_places_are_by_name_and_else_by_position(own, categories, places) -> None:
    assert category_places(own, categories).tolist() == places


def test_names_that_do_not_fit_are_refused() -> None:
    with pytest.raises(
        DataError, match=r"2 categories of its own, and 3 are asked for; 'dgo' .* closest: 'dog'"
    ):
        category_places(["cat", "dgo"], ["cat", "dog", "cow"])


@pytest.mark.parametrize(
    ("own", "categories", "message"),
    [
        (
            ["airplane", "automobile", "bird"],
            ["bird", "airplane", "car"],
            r"'automobile' is not one of them.*'airplane', 0 there, is 1 here; 'bird', 2 there, is 0 here",
        ),
        (["cat", "dog", "automobile"], ["cat", "dog", "car"], "'automobile' is not one of them"),
        (["crane", "crane", "cow"], ["crane", "cow", "crane"], "'crane' is the name of several of them"),
        (["CRANE", "cow"], ["crane", "Crane"], "'CRANE' is the name of several of them"),
        (["Cat", "cat"], ["cat", "dog"], "2 categories of its own, and 2 are asked for"),
        (["1", "2", "3"], ["ant", "bee", "cow"], "'3' is not one of them"),
        (["ant", "bee"], ["cow", "dog", "eel"], "2 categories of its own, and 3 are asked for"),
    ],
)
def test_names_of_which_only_some_are_found_are_refused_with_the_pairs(own, categories, message) -> None:
    with pytest.raises(DataError, match=message):
        category_places(own, categories)


def test_places_decide_only_where_no_name_is_found() -> None:
    assert by_position(["zero", "one"], ["0 - zero", "1 - one"])
    assert not by_position(["cat", "dog"], ["dog", "cat"])
    assert not by_position(["1", "0"], ["zero", "one"])


def test_folders_that_are_numbers_are_those_numbers_and_others_are_sorted() -> None:
    assert folder_order(["0", "1", "10", *"23456789"], "x")[10] == "10"
    assert folder_order(["01", "00"], "x") == ("00", "01")
    assert folder_order(["b", "10", "9"], "x") == ("10", "9", "b")


@pytest.mark.parametrize("names", [["1", "2"], ["0", "2"], ["0", "00", "1"], ["1980", "1990"]])
def test_folders_whose_numbers_do_not_count_the_logits_are_asked_about(names) -> None:
    with pytest.raises(DataError, match=r"numbers that do not count the logits.*categories=\[\.\.\.\]"):
        folder_order(names, "'val'")


def test_numbers_sorted_as_text_are_asked_about_and_other_orders_are_taken() -> None:
    with pytest.raises(
        DataError, match=r"call category 2 '10'.*categories=\[str\(k\) for k in range\(11\)\]"
    ):
        check_order_of_numbers(sorted(map(str, range(11))), "its classes")
    for names in (["0", "1"], ["1980", "1990"], ["b", "a"]):
        check_order_of_numbers(names, "its classes")


def test_places_are_whole_numbers() -> None:
    assert category_places(["b", "a"], ["a", "b"]).dtype == np.int64
