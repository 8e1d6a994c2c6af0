"""A unit's weights into the categories, drawn where its layer feeds the logits."""

import numpy as np
import pytest

from shiftscope.views.page.panels import Chart
from shiftscope.views.unit.unit import unit
from tests.views.conftest import CATEGORIES, panel, panels


def test_all_weights_of_few_categories_come_largest_first_with_what_the_maximum_adds(explored):
    weight = explored.study.head.weight
    rows = panel(unit(explored.study, "hidden", 0), Chart, "argues for").spec["data"]["values"]
    order = sorted(range(CATEGORIES), key=lambda c: -weight[c, 0])
    assert [row["category"] for row in rows] == ["abcde"[c] for c in order]
    maximum = explored.lab.maximum("hidden")[0]
    for row, c in zip(rows, order, strict=True):
        assert row["weight"] == pytest.approx(weight[c, 0])
        assert row["most"] == pytest.approx(weight[c, 0] * maximum, rel=1e-6)
        assert row["page"].startswith(f"categories/{c}")


def test_of_many_categories_the_largest_each_way_are_shown(wide):
    weight = wide.study.head.weight
    chart = panel(unit(wide.study, "hidden", 3), Chart, "argues for")
    expected = np.sort(weight[:, 3])[::-1]
    shown = [row["weight"] for row in chart.spec["data"]["values"]]
    assert shown == pytest.approx([*expected[:8], *expected[-8:]])
    assert "8 largest and the 8 smallest of 300" in chart.note


def test_a_layer_that_does_not_feed_the_logits_argues_for_nothing(explored):
    assert panels(unit(explored.study, "conv", 0), Chart, "argues for") == []
