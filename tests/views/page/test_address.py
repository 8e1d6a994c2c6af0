"""The address of a page with its options."""

from __future__ import annotations

import inspect

import pytest

from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Page
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.view import views


def shelf(study, number, *, order="given", most=24, log=False, only=None, focus=None):
    return Page("Shelf", [])


@pytest.fixture
def at(explored):
    """Of a page with all its options as usual."""
    options = {"order": "given", "most": 24, "log": False, "only": None}
    return PageAddress(Selection.at(explored.study), "shelves/3", shelf, options)


def test_options_as_usual_stay_out_of_the_address(at):
    assert at() == "shelves/3"
    assert at(order="given", most=24, log=False, only=None) == "shelves/3"


def test_other_options_are_in_it_in_their_order(at):
    assert at(only=0, order="by likeness", log=True) == "shelves/3?order=by+likeness&log=True&only=0"


def test_what_the_reader_asked_for_is_kept_and_can_be_taken_away(explored):
    asked = PageAddress(Selection.at(explored.study), "shelves/3", shelf, {"order": "size", "most": 5})
    assert asked() == "shelves/3?order=size&most=5"
    assert asked(most=7) == "shelves/3?order=size&most=7"
    assert asked(order="given") == "shelves/3?most=5"


def test_the_choices_of_the_selection_are_kept_and_an_option_may_change_them(explored):
    selection = Selection.at(explored.study, baseline="field", focus="night")
    at = PageAddress(selection, "shelves/3", shelf, {"order": "size"})
    assert at() == "shelves/3?baseline=field&focus=night&order=size"
    assert at(focus="lab") == "shelves/3?baseline=field&focus=lab&order=size"
    assert at(focus=None) == "shelves/3?baseline=field&order=size"


def test_an_option_that_the_page_does_not_know_is_in_it_unless_it_is_none(at):
    assert at(more=1, less=None) == "shelves/3?more=1"


def test_what_is_asked_has_none_for_what_is_as_usual(at):
    assert at.asked(most=25) == {"order": None, "most": 25, "log": None, "only": None}


@pytest.mark.parametrize("name", ["overview", "layer_units", "unit", "category", "confusion", "sample"])
def test_no_link_of_a_page_holds_an_option_as_usual(explored, name):
    given = {"layer_units": ("hidden",), "unit": ("hidden", 9), "category": (0,), "confusion": (0, 1)}
    given |= {"sample": ("lab", 0)}
    draw = views[name].draw
    usual = {each.name: each.default for each in inspect.signature(draw).parameters.values()}
    links = [link for choice in draw(explored.study, *given.get(name, ())).choices for link in choice.options]
    assert links
    for link in links:
        options = dict(part.split("=") for part in link.page.partition("?")[2].split("&") if part)
        assert [option for option, value in options.items() if str(usual.get(option)) == value] == []
