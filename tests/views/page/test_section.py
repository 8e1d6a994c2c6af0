"""How the sections of a page are found and put in order."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from shiftscope.views.page.panels import Columns, Message
from shiftscope.views.page.section import Missing, panels_of, section, sections


@dataclass(frozen=True)
class Shown:
    """What the page of these tests shows."""

    word: str = "a"


@pytest.fixture(autouse=True)
def own(monkeypatch):
    """What a test enters is gone afterwards."""
    len(sections)  # those of the pages are found first
    monkeypatch.setattr(sections, "_entries", dict(sections._entries))


def enter(name, shown, *, place, beside=False, subject=Shown):
    def draw(of):
        return shown(of) if callable(shown) else shown

    draw.__name__ = name
    return section(subject, place=place, beside=beside)(draw)


def said(text):
    return Message("title", text)


def test_sections_come_in_the_order_of_their_places_whatever_their_names():
    enter("a", said("last"), place=30)
    enter("b", said("first"), place=10)
    enter("c", [said("second"), said("third")], place=20)
    assert [panel.text for panel in panels_of(Shown())] == ["first", "second", "third", "last"]


def test_a_section_is_given_the_subject_and_stays_a_function():
    draw = enter("word", lambda of: said(of.word), place=10)
    assert panels_of(Shown("b")) == [said("b")] == [draw(Shown("b"))]


def test_those_beside_one_another_share_a_row():
    enter("one", said("1"), place=10)
    enter("two", said("2"), place=20)
    enter("three", [said("3"), said("4")], place=21, beside=True)
    enter("five", said("5"), place=22, beside=True)
    enter("six", said("6"), place=30)
    row = Columns("", [said("2"), said("3"), said("4"), said("5")])
    assert panels_of(Shown()) == [said("1"), row, said("6")]


def test_a_section_beside_none_has_a_row_of_its_own():
    enter("one", said("1"), place=10, beside=True)
    assert panels_of(Shown()) == [said("1")]


def test_a_section_with_nothing_to_show_leaves_no_trace():
    enter("none", None, place=10)
    enter("empty", [], place=20)
    enter("nothing", None, place=30)
    enter("beside", None, place=31, beside=True)
    assert panels_of(Shown()) == []
    enter("some", said("there"), place=32, beside=True)
    assert panels_of(Shown()) == [said("there")]


def test_what_is_missing_is_offered_once_where_it_is_missed_first():
    def lacks(title):
        def shown(of):
            raise Missing(Message(title, f"as it is {next(progress)}"))

        return shown

    progress = iter(range(3))
    enter("one", said("1"), place=10)
    enter("two", lacks("offer"), place=20)
    enter("three", lacks("offer"), place=30)
    enter("four", said("4"), place=31, beside=True)
    enter("five", lacks("another"), place=40)
    row = said("4")
    offer, another = Message("offer", "as it is 0"), Message("another", "as it is 2")
    assert panels_of(Shown()) == [said("1"), offer, row, another]


def test_a_page_has_the_sections_of_its_own_subject_alone():
    @dataclass(frozen=True)
    class Other:
        pass

    enter("one", said("ours"), place=10)
    enter("one", said("theirs"), place=10, subject=Other)
    assert panels_of(Shown()) == [said("ours")]
    assert panels_of(Other()) == [said("theirs")]


def test_two_sections_of_one_name_are_refused():
    enter("twice", said("1"), place=10)
    with pytest.raises(ValueError, match=r"two entries for the section 'Shown\.twice'"):
        enter("twice", said("2"), place=20)


def test_a_section_entered_after_the_page_was_drawn_is_on_the_next_one():
    enter("one", said("1"), place=10)
    assert len(panels_of(Shown())) == 1
    enter("two", said("2"), place=20)
    assert len(panels_of(Shown())) == 2


def test_every_section_is_in_a_file_of_its_name_and_has_a_place_of_its_own():
    places = [(each.subject, each.place) for each in sections.values()]
    assert len(set(places)) == len(places)
    for each in sections.values():
        assert each.draw.__module__.endswith(f".{each.draw.__name__}")
        assert each.draw.__doc__
