"""The frame of a page leads to what is there."""

from __future__ import annotations

from shiftscope.study import Study
from shiftscope.web.html.navigation import navigation


def test_pages_about_the_whole_study_are_in_the_menu(recorded: Study) -> None:
    assert ("Interventions", "interventions") in [
        (link.text, link.page) for link in navigation(recorded).questions
    ]
