"""Previous and next in the order that was asked for."""

from urllib.parse import parse_qsl

import numpy as np
import pytest

from shiftscope.errors import BadRequest
from shiftscope.views.page.panels import Form, ImageStrip
from shiftscope.views.unit.unit import unit
from tests.views.conftest import SILENT, panel, panels, scores


@pytest.mark.parametrize("ascending", [False, True])
@pytest.mark.parametrize("focus", ["field", "night"])
def test_neighbours_follow_a_score_and_the_undefined_ones_come_last(explored, focus, ascending):
    values = scores(explored, focus, "lab", "hidden")["novelty"]
    keys = values if ascending else -values
    dead = [max(explored[name].maximum("hidden")[u] for name in ("lab", focus)) == 0 for u in range(10)]
    order = sorted(
        range(10), key=lambda u: (dead[u], np.isnan(keys[u]), 0 if np.isnan(keys[u]) else keys[u], u)
    )
    for place, index in enumerate(order):
        page = unit(explored.study, "hidden", index, sort="novelty", focus=focus, ascending=ascending)
        for link, neighbour in ((page.previous, place - 1), (page.next, place + 1)):
            if 0 <= neighbour < 10:
                assert link.page.startswith(f"layers/hidden/units/{order[neighbour]}?")
                assert "sort=novelty" in link.page
                assert ("ascending" in link.page) == ascending
                assert f"by lost peak response (novelty) in {focus}" in link.help
            else:
                assert link is None


def test_neighbours_pass_the_filter_of_the_layer_s_page(explored):
    rates = np.nanmean(explored.lab.responses("hidden") > 0, axis=0)
    passing = [u for u in range(10) if rates[u] > 0.5]
    assert passing[-1] > SILENT
    page = unit(explored.study, "hidden", passing[0], where="fires > 0.5")
    assert (page.previous, page.next.text) == (None, f"unit {passing[1]}")
    assert "where=fires" in page.next.page
    page = unit(explored.study, "hidden", SILENT, where="fires > 0.5")  # which does not pass itself
    assert page.next.text == f"unit {next(u for u in passing if u > SILENT)}"


@pytest.mark.parametrize("focus", ["night", "field"])
def test_scores_of_one_dataset_are_those_of_the_focus(explored, focus):
    page = unit(explored.study, "conv", 0, sort="selectivity", focus=focus)
    links = [link for link in (page.previous, page.next) if link]
    assert links
    assert all(f"by selectivity in {focus}" in link.help for link in links)


@pytest.mark.parametrize("sort", ["shift_auroc.q", "unit", "maximum", "fires", "profile correlation"])
def test_every_order_of_the_layer_s_page_can_be_walked(explored, sort):
    seen, index = set(), None
    page = unit(explored.study, "hidden", 0, sort=sort)
    while page.previous:
        page = unit(explored.study, "hidden", int(page.previous.text.split()[1]), sort=sort)
    while True:
        seen.add(page.title)
        if page.next is None:
            break
        index = int(page.next.text.split()[1])
        page = unit(explored.study, "hidden", index, sort=sort)
    assert len(seen) == 10


def test_an_order_that_is_not_there_is_named(explored):
    with pytest.raises(BadRequest, match="units have no number 'novelt'; closest: 'novelty'"):
        unit(explored.study, "hidden", 0, sort="novelt")


def test_what_was_asked_for_stays_in_every_address(explored):
    given = {
        "sort": "novelty",
        "show": "bottom",
        "images": 3,
        "seed": 2,
        "focus": "night",
        "baseline": "field",
        "where": "unit < 9",
    }
    page = unit(explored.study, "hidden", 4, **given)
    addresses = [page.previous.page, page.next.page, panel(page, Form).page]
    addresses += [strip.more.page for strip in panels(page, ImageStrip)]
    addresses += [link.page for choice in page.choices for link in choice.options]
    for address in addresses:
        path, _, query = address.partition("?")
        options = dict(parse_qsl(query))
        assert path.startswith("layers/hidden/units/")
        changed = {name for name, value in given.items() if options.get(name) != str(value)}
        assert len(changed) <= 1 or changed == {"focus", "baseline"}, address
