"""The units whose mean response to a category changed."""

import numpy as np
import pytest
from scipy import stats

from shiftscope.views.category.all_changed import changed_units
from shiftscope.views.category.category import category
from shiftscope.views.category.shown_category import ShownCategory
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Message, Table
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.number_text import points_interval
from tests.views.conftest import CATEGORIES, read, same_percent


def drawn(study, index, layer, focus, reference="lab"):
    selection = Selection.at(study, layer, reference, focus)
    at = PageAddress(selection, f"categories/{index}", category)
    return changed_units(ShownCategory(selection, index, at, images=24))


@pytest.mark.parametrize("layer", ["hidden", "conv"])
@pytest.mark.parametrize(("focus", "reference"), [("field", "lab"), ("lab", "field"), ("night", "lab")])
def test_both_directions_come_with_the_largest_change_first(explored, layer, focus, reference):
    more, less = drawn(explored.study, 0, layer, focus, reference)
    maxima = explored[reference].maximum(layer)
    scale = np.where(maxima > 0, maxima, np.nan)
    means = [explored[d].category_means(layer, CATEGORIES)[0] / scale for d in (focus, reference)]
    change = means[0] - means[1]
    for table, sign in ((more, 1), (less, -1)):
        order = sorted(
            (u for u in range(len(change)) if sign * change[u] > 0), key=lambda u: (-sign * change[u], u)
        )
        assert [row[0].text for row in table.rows] == [f"unit {u}" for u in order[:6]]
        for row, unit in zip(table.rows, order, strict=False):
            assert read(row[1].text) == pytest.approx(100 * change[unit], abs=0.0501)
            assert row[1].value == pytest.approx(change[unit])
            assert same_percent(row[2].text, means[0][unit])
            assert same_percent(row[3].text, means[1][unit])
    assert more.rows or less.rows


def test_the_interval_is_that_of_welch_in_shares_of_the_reference_maximum(explored):
    for table in drawn(explored.study, 1, "hidden", "field"):
        assert isinstance(table, Table)
        for row in table.rows:
            unit = int(row[0].text.removeprefix("unit "))
            here, there = (
                p.responses("hidden")[p.shown & (p.labels == 1), unit] / explored.lab.maximum("hidden")[unit]
                for p in (explored.field, explored.lab)
            )
            if np.ptp(here) or np.ptp(there):
                expected = stats.ttest_ind(here, there, equal_var=False).confidence_interval(0.95)
                assert row[1].note == points_interval(expected.low, expected.high)


def test_without_responses_the_change_has_no_interval(summaries_only):
    tables = drawn(summaries_only.study, 0, "hidden", "field")
    notes = [row[1].note for table in tables for row in table.rows]
    assert set(notes) == {""}


def test_a_category_that_a_dataset_lacks_is_not_compared(explored):
    (message,) = drawn(explored.study, 3, "hidden", "night")
    assert isinstance(message, Message)
    assert message.text.startswith("night: no sample labelled d")
    (message,) = drawn(explored.study, 4, "hidden", "field")
    assert message.text.startswith("field and lab: no sample labelled e")


def test_a_dataset_is_not_compared_with_itself(explored):
    (message,) = drawn(explored.study, 0, "hidden", "lab")
    assert "choose another focus" in message.text
