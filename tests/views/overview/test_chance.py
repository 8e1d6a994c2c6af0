"""The sentence about a model that guesses on the reference."""

import pytest

from shiftscope.statistics.wilson import wilson
from shiftscope.views.overview import chance
from shiftscope.views.overview.overview import overview
from shiftscope.views.page.panels import Message
from tests.views.conftest import CATEGORIES


@pytest.mark.parametrize("reference", ["lab", "field", "night"])
def test_the_first_page_begins_with_it_where_the_reference_is_answered_by_chance(explored, reference):
    told, judged = explored[reference].judged()
    first = overview(explored.study, baseline=reference).panels[0]
    guesses = judged > 0 and wilson(told, judged)[0] <= 1 / CATEGORIES
    assert (first.title == "No better than chance") is bool(guesses)
    if guesses:
        assert isinstance(first, Message)
        assert f"the model answers {reference} no better than chance ({told} right" in first.text


@pytest.mark.parametrize(("right", "told"), [(150, False), (100, True)])
def test_it_is_there_only_while_the_model_guesses(explored, monkeypatch, right, told):
    monkeypatch.setattr(chance, "answers", lambda selection, name: (right, 100 * CATEGORIES))
    titles = [panel.title for panel in overview(explored.study).panels]
    assert ("No better than chance" in titles) is told
