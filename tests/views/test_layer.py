"""A layer's units in a table."""

import numpy as np
import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.views.layer import layer_units
from shiftscope.views.panels import Table

from .conftest import SILENT, SILENT_IN_LAB, panel, same_number, same_percent, scores, strongest_first, texts

SCORES = ("activation_ratio", "novelty", "spurious")


def sortable(explored, shifted, reference, layer):
    responses = explored[reference].responses(layer)[explored[reference].shown]
    return {
        **scores(explored, shifted, reference, layer),
        "maximum": responses.max(axis=0),
        "fires": (responses > 0).mean(axis=0),
    }


def units(page):
    return [int(row[0].removeprefix("unit ")) for row in texts(panel(page, Table))]


@pytest.mark.parametrize(
    ("layer", "dataset", "reference"),
    [("hidden", "field", "lab"), ("hidden", "night", "lab"), ("conv", "lab", "night")],
)
def test_every_row_shows_the_scores_maximum_firing_rates_and_images(explored, layer, dataset, reference):
    table = panel(layer_units(explored.study, layer, dataset=dataset, reference=reference), Table)
    expected = sortable(explored, dataset, reference, layer)
    shifted = explored[dataset]
    fires = (shifted.responses(layer)[shifted.shown] > 0).mean(axis=0)
    assert len(table.rows) == len(fires)
    for row in table.rows:
        unit = int(row[0].text.removeprefix("unit "))
        for cell, score in zip(row[1:4], SCORES, strict=True):
            assert same_number(cell.text, expected[score][unit])
        assert same_number(row[4].text, expected["maximum"][unit])
        assert same_percent(row[5].text, expected["fires"][unit])
        assert same_percent(row[6].text, fires[unit])
        assert strongest_first(row[7].pictures, explored[reference], layer, unit)
        assert strongest_first(row[8].pictures, shifted, layer, unit)


@pytest.mark.parametrize("sort", ["activation_ratio", "novelty", "spurious", "maximum", "fires"])
@pytest.mark.parametrize("ascending", [False, True])
def test_units_are_sorted_with_the_undefined_ones_last(explored, sort, ascending):
    page = layer_units(explored.study, "hidden", dataset="field", sort=sort, ascending=ascending)
    values = sortable(explored, "field", "lab", "hidden")[sort]
    sign = 1 if ascending else -1
    expected = sorted(range(10), key=lambda u: (np.isnan(values[u]), sign * np.nan_to_num(values[u]), u))
    assert units(page) == expected
    if sort in SCORES:
        assert {SILENT, SILENT_IN_LAB} <= set(expected[-3:])
    (column,) = (c for c in panel(page, Table).columns if c.sorted)
    assert column.sorted == ("ascending" if ascending else "descending")
    assert ("ascending=" in column.sort.page) is not ascending  # a click turns the order


def test_the_first_shifted_dataset_and_novelty_are_the_start(explored):
    page = layer_units(explored.study, "hidden")
    assert units(page) == units(layer_units(explored.study, "hidden", dataset="field", sort="novelty"))


def test_many_units_are_shown_page_by_page(wide):
    seen = []
    for start, shown in ((0, 50), (50, 50), (100, 30)):
        page = layer_units(wide.study, "hidden", sort="maximum", start=start)
        found = units(page)
        assert len(found) == shown
        assert f"Units {start + 1} to {start + shown} of 130" in panel(page, Table).note
        assert (page.previous is None) == (start == 0)
        assert (page.next is None) == (start == 100)
        seen += found
    maxima = wide["one"].maximum("hidden")
    assert seen == sorted(range(130), key=lambda u: (-maxima[u], u))
    second = layer_units(wide.study, "hidden", sort="maximum", start=50)
    assert "start=100" in second.next.page
    assert "start=" not in second.previous.page


@pytest.mark.parametrize(("start", "first"), [(-7, 1), (10**9, 130)])
def test_a_start_outside_the_layer_shows_its_nearest_end(wide, start, first):
    page = layer_units(wide.study, "hidden", start=start)
    assert panel(page, Table).note.startswith(f"Units {first} to ")


def test_an_unknown_sort_layer_or_dataset_is_named(explored):
    with pytest.raises(BadRequest, match=r"cannot be sorted by 'colour'; there are .*novelty"):
        layer_units(explored.study, "hidden", sort="colour")
    with pytest.raises(NotInStudy, match="no layer 'x'"):
        layer_units(explored.study, "x")
    with pytest.raises(NotInStudy, match="no dataset 'day'"):
        layer_units(explored.study, "hidden", dataset="day")
