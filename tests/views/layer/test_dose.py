"""The folded part of a layer's page about a ladder."""

from __future__ import annotations

import numpy as np
import pytest
from torch import nn

from shiftscope.study import Study
from shiftscope.views.layer.layer import layer_units
from shiftscope.views.page.panels import Chart, Message, Table

from ..conftest import fold, panel, panels, texts

TITLE = "From which strength on units break"
HALVES = np.array([0.3, 0.6, 2.0, 0.9])


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Unit u prefers category u and loses it along a line; the third does not reach half."""
    net = nn.Sequential(nn.ReLU(), nn.Linear(4, 4))
    made = Study.create(tmp_path_factory.mktemp("dose") / "x.study", net, tuple("abcd"))
    labels = np.repeat(np.arange(4), 6)
    own = labels[:, None] == np.arange(4)
    for severity in (0, 0.5, 1):
        data = (5 + own * (1 - severity / (2 * HALVES))).astype(np.float32)
        groups = {"corruption": "fade", "severity": severity} if severity else None
        made.record(
            (data, labels), f"s{severity}", layers=["0"], groups=groups, stored_as="float32", progress=False
        )
    return made


def test_it_says_how_to_compute_what_is_not_kept_and_then_shows_it(study):
    page = layer_units(study, "0", focus="s1")
    assert fold(page, TITLE).says == "not computed yet"
    assert "study.dose('corruption fade')" in panel(page, Message, "Dose of").text
    study.dose("fade", progress=False)
    page = layer_units(study, "0", focus="s1")
    told = fold(page, TITLE).says
    # the median of .3, .6, .9 and one that is not reached
    assert told == (
        "along corruption fade: the median unit has lost half of its selective response at severity 0.750; half of "
        "the loss is already in the first recorded layer, 0"
    )
    table = panel(page, Table, "Units that go first")
    assert [row[0] for row in texts(table)] == ["unit 0", "unit 1", "unit 3", "unit 2"]
    assert [row[1] for row in texts(table)] == ["0.300", "0.600", "0.900", "> 1"]
    assert table.rows[3][1].note == "> 1 to > 1"
    assert [row[3] for row in texts(table)] == ["a", "b", "d", "c"]
    assert table.rows[0][3].note == "6 images"
    assert table.note.endswith(
        "4 of these prefer a category with fewer than 10 images: their intervals are too narrow."
    )
    rows = panel(page, Chart, "Units that still have half").spec["data"]["values"]
    assert [(row["strength"], row["share"]) for row in rows] == [(0, 1), (0.5, 0.75), (1, 0.25)]


def test_a_study_without_ladders_has_no_such_part(explored):
    page = layer_units(explored.study, "hidden")
    assert not panels(page, Chart, "Units that still have half")
