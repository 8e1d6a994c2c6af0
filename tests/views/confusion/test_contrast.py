"""Which contrast is drawn, and what is said where there is none."""

import pytest

from shiftscope.views.confusion.confusion import confusion
from shiftscope.views.confusion.contrast import contrast
from shiftscope.views.confusion.pair import Pair
from shiftscope.views.confusion.shown_confusion import ShownConfusion
from shiftscope.views.confusion.votes import votes
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Message
from shiftscope.views.page.selection import Selection


def drawn(study, a, b, *, focus, against, layer=None):
    pair = Pair(Selection.at(study, layer, "lab", focus), a, b, against)
    at = PageAddress(pair.selection, f"confusions/{a}/{b}", confusion)
    shown = ShownConfusion(pair, at, images=24)
    fold = contrast(shown)
    return fold.panels if fold else (votes(shown),)


@pytest.mark.parametrize(("layer", "title"), [("hidden", "Contributions"), ("conv", "Responses")])
def test_contributions_where_the_layer_feeds_the_head_else_responses(explored, layer, title):
    message, table = drawn(explored.study, 0, 1, focus="field", against="field", layer=layer)
    assert message.title == "What turns a into b in field"
    assert table.title == f"{title} of the units of {layer}"


def test_without_confused_samples_there_is_nothing_to_say(explored):
    (message,) = drawn(explored.study, 4, 0, focus="field", against="lab")
    assert message.text == "No sample of field labelled e is classified a."


def test_without_right_ones_there_is_nothing_to_compare_with(explored):
    # The third category is never classified right in what is compared with: night has no sample labelled d.
    (message,) = drawn(explored.study, 3, 0, focus="field", against="night")
    assert isinstance(message, Message)
    assert f"{explored.field.counted(3, 0)} sample" in message.text
    assert "no sample classified right in night" in message.text


def test_without_responses_it_says_how_to_have_them(summaries_only):
    study, lab = summaries_only.study, summaries_only.lab
    pairs = [(a, b) for a in range(4) for b in range(4) if a != b]
    a, b = next(pair for pair in pairs if lab.counted(*pair) and lab.counted(pair[0], pair[0]))
    (message,) = drawn(study, a, b, focus="lab", against="lab")
    assert 'keep="summaries"' in message.text
    assert "lab" in message.text


def test_few_samples_are_warned_of(explored):
    pairs = [(name, a, b) for name in ("lab", "field", "night") for a in range(4) for b in range(4) if a != b]
    few = {n: p for p in pairs if (n := explored[p[0]].counted(*p[1:])) and explored.lab.counted(p[1], p[1])}
    assert min(few) == 1
    for number, (name, a, b) in few.items():
        message, table = drawn(explored.study, a, b, focus=name, against="lab")
        right = explored.lab.counted(a, a)
        smaller = min(number, right)
        if smaller == 1:
            assert message.text.endswith("One sample alone has no interval.")
            assert not any(row[3].note for row in table.rows)
        else:
            assert (f"With {smaller} samples in the smaller set" in message.text) == (smaller < 10)
