"""Folded parts of the pages of a derived layer and its features: what decides, what is lost, what one set has alone."""

from __future__ import annotations

import numpy as np
import pytest
from torch import nn

from shiftscope.study import Study
from shiftscope.views.layer.layer import layer_units
from shiftscope.views.page.panels import Chart, Message, Table
from shiftscope.views.unit.importance import in_words
from shiftscope.views.unit.unit import unit

from ..conftest import fold, panel, panels, texts

DECIDES, STRONGEST, ALONE = (
    "Which features decide which category",
    "The strongest feature against the strongest unit",
    "Features of one set alone",
)
COUNTS = "For which categories it counts"
LAYER = "0~nmf3"


@pytest.fixture(scope="module")
def data():
    """Units 2c and 2c + 1 answer to category c, which the head reads; under the shift nothing to the last one."""
    rng = np.random.default_rng(0)
    labels = np.tile(np.arange(3), 40)
    own = np.repeat(labels[:, None] == np.arange(3), 2, axis=1)
    plain = (own * (1 + rng.random((120, 1)))).astype(np.float32)
    shifted = plain.copy()
    shifted[:, 4:] = 0
    return {"lab": (plain, labels), "field": (shifted, labels)}


@pytest.fixture(scope="module")
def study(tmp_path_factory, data):
    net = nn.Sequential(nn.ReLU(), nn.Linear(6, 3, bias=False))
    net[1].weight.data = net[1].weight.data.new_tensor(np.repeat(np.eye(3), 2, axis=1))
    made = Study.create(tmp_path_factory.mktemp("features") / "x.study", net, tuple("abc"))
    for name, rows in data.items():
        made.record(rows, name, layers=["0"], stored_as="float32", progress=False)
    made.derive("0", "nmf", size=3, progress=False)
    return made


def test_it_says_how_to_compute_what_is_not_kept_and_then_shows_it(study, data):
    page = layer_units(study, LAYER, focus="field")
    assert fold(page, DECIDES).says == fold(page, STRONGEST).says == "not computed yet"
    assert "shiftscope importance" in panel(page, Message, DECIDES).text
    assert "--model …" not in panel(page, Message, DECIDES).text  # it feeds the head
    assert "shiftscope local-against-distributed" in panel(page, Message, STRONGEST).text
    study.importance(LAYER, progress=False)
    page = layer_units(study, LAYER, focus="field")
    assert fold(page, DECIDES).says == (
        "state under field not computed; 3 of 3 lead the 3 categories; under field another one leads in 0 of 2"
    )
    table = panel(page, Table, "The features that count most")
    found = study.importance(LAYER, progress=False).sets["lab"]
    leader = [str(int(np.argmax(found.value[c]))) for c in range(3)]
    assert [row[:3] for row in texts(table)] == [
        ["a", leader[0], "100 % → 100 %"],
        ["b", leader[1], "100 % → 100 %"],
        ["c", leader[2], "100 % → –"],  # nothing is classified as it any more
    ]
    assert {row[-1] for row in texts(table)} == {"3 of 3"}
    assert {row[-3] for row in texts(table)} == {"not computed"}
    points = list(panel(page, Chart, "Importance against shift").spec["data"]["values"])
    assert [point["x"] for point in points] == pytest.approx([1, 1, 1])


def test_a_features_page_says_for_which_category_it_counts(study):
    found = study.importance(LAYER, progress=False).sets["lab"]
    feature = int(np.argmax(found.value[1]))
    page = unit(study, LAYER, feature, focus="field")
    assert (
        fold(page, COUNTS).says
        == "state under field not computed; carries 100 % of what decides b; found by 3 of 3 fits"
    )
    assert texts(panel(page, Table, COUNTS))[0][0] == "b"
    assert in_words([], "") == "for none"
    assert not panels(unit(study, "0", 0, focus="field"), Table, COUNTS)


def test_what_is_lost_stands_layer_by_layer(study, data):
    study.local_against_distributed(data=data, progress=False)
    page = layer_units(study, LAYER, focus="field")
    # The feature is both units of its category, of which the strongest is one.
    assert fold(page, STRONGEST).says.endswith("without the unit (× 2.0)")
    table = panel(page, Table, "By layer")
    assert [row[:3] for row in texts(table)] == [
        [LAYER, "lab", "reference"],
        [LAYER, "field", "not computed"],
    ]
    change = table.rows[0][3].change
    assert change.after == pytest.approx(2 * change.before, rel=1e-3)
    assert not change.focus
    assert table.rows[1][3].change.focus


def test_features_of_one_set_alone_are_listed(study):
    page = layer_units(study, LAYER, focus="field")
    assert fold(page, ALONE).says == "1 lost in field, 0 new there"
    ((feature, what, before, after, fits),) = texts(panel(page, Table, ALONE))
    found = study.importance(LAYER, progress=False).sets["lab"]
    assert feature == str(int(np.argmax(found.value[2])))
    assert (what, before, after, fits) == ("lost in field", "33.3 %", "0.0 %", "3 of 3")
    turned = layer_units(study, LAYER, baseline="field", focus="lab")
    assert fold(turned, ALONE).says == "0 lost in lab, 1 new there"


def test_a_recorded_layer_has_none_of_it(study):
    page = layer_units(study, "0", focus="field")
    for title in (DECIDES, STRONGEST, ALONE):
        assert not panels(page, Table, title)
        assert not panels(page, Message, title)
