"""Units of like profiles: chosen in the focus, followed in the other datasets."""

import numpy as np
import pytest

from shiftscope.views.page.panels import Table
from shiftscope.views.unit.unit import unit
from tests.views.conftest import CATEGORIES, SILENT, panel, same_number, strongest_first


@pytest.mark.parametrize("focus", ["night", "field"])
def test_they_have_the_largest_correlation_of_profiles_in_the_focus(explored, focus):
    rows = panel(unit(explored.study, "conv", 2, focus=focus), Table, "similar").rows

    def correlations(name):
        means = explored[name].category_means("conv", CATEGORIES)
        present = ~np.isnan(means[:, 0])
        return [np.corrcoef(means[present, 2], means[present, u])[0, 1] for u in range(6)]

    leading = correlations(focus)
    order = sorted((u for u in range(6) if u != 2), key=lambda u: -leading[u])
    assert [row[0].text for row in rows] == [f"unit {u}" for u in order]
    names = [focus, *(name for name in ("lab", "field", "night") if name != focus)]
    for column, name in enumerate(names, start=1):
        for row, other in zip(rows, order, strict=True):
            assert same_number(row[column].text, correlations(name)[other])
    assert strongest_first(rows[0][4].pictures, explored[focus], "conv", order[0])


def test_a_unit_without_a_profile_is_like_no_other(explored):
    table = panel(unit(explored.study, "hidden", SILENT), Table, "similar")
    assert list(table.rows) == []
    assert "three categories" in table.empty


def test_labels_stand_under_the_units(recorded):
    for index in range(1, 10):
        recorded.annotate("hidden", index, label=f"label {index}")
    rows = panel(unit(recorded, "hidden", 0), Table, "similar").rows
    assert rows
    assert all(row[0].note == f"label {row[0].text.split()[1]}" for row in rows)
