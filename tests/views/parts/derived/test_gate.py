"""What the pages of a derived layer say and show where its dictionary does not read a set."""

from types import SimpleNamespace

import pytest
import torch

from shiftscope.study import Study
from shiftscope.views.category.category import category
from shiftscope.views.confusion.confusion import confusion
from shiftscope.views.dataset.dataset import dataset_images
from shiftscope.views.layer.layer import layer_units
from shiftscope.views.overview.overview import overview
from shiftscope.views.overview.shown_overview import ShownOverview
from shiftscope.views.page.address import PageAddress
from shiftscope.views.page.panels import Cell, Chart, ImageStrip, Message, Picture, Table, plain
from shiftscope.views.page.selection import Selection
from shiftscope.views.parts.derived.gate import Gate, states_in_words
from shiftscope.views.sample.sample import sample
from shiftscope.views.unit.unit import unit

from ...conftest import Made, Net

LAYER = "hidden~pca3"
SAYS = "hidden~pca3 reads field badly."


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    torch.manual_seed(0)
    made = Study.create(tmp_path_factory.mktemp("gate") / "x.study", Net(), tuple("abcd"))
    for name, seed in (("lab", 0), ("field", 1), ("wall", 2)):
        made.record(Made(samples=40, seed=seed), name, layers=["hidden"], progress=False)
    made.derive("hidden", "pca", size=3, seeds=1, progress=False)
    return made


@pytest.fixture
def states(monkeypatch):
    """By dataset; to be changed."""
    given = {"field": "misreads", "wall": "reads"}

    def fit_of(selection, layer):
        state = given.get(selection.focus) if layer == LAYER else None
        words = f"{layer} reads {selection.focus} {'badly' if state == 'misreads' else 'well'}."
        return SimpleNamespace(state=state, in_words=lambda *_: words) if state else None

    monkeypatch.setattr("shiftscope.views.parts.derived.gate.fit_of", fit_of)
    return given


def test_pages_of_other_things_say_it_at_their_head(study, states):
    pages = [
        sample(study, "field", 0, layer=LAYER),
        category(study, 0, layer=LAYER, focus="field"),
        confusion(study, 0, 1, layer=LAYER, focus="field"),
        dataset_images(study, "field", layer=LAYER),
        overview(study, layer=LAYER, focus="field"),
    ]
    for page in pages:
        first = page.panels[0]
        assert (first.title, first.text) == (f"{LAYER}: Do not read codes under field", SAYS)
    both = overview(study, layer=LAYER).panels[0]
    assert both.text == "Do not read its codes here: field. Holds here: wall."
    assert not isinstance(dataset_images(study, "field", layer="hidden").panels[0], Message)


def test_the_heading_of_a_page_about_codes_is_the_gates(study, states, monkeypatch):
    monkeypatch.setattr("shiftscope.views.layer.dictionary_fit.table_of", lambda *_: Message("", ""))
    for page in (unit(study, LAYER, 0, focus="field"), layer_units(study, LAYER, focus="field")):
        assert page.sentence == "Do not read codes under field"
        assert plain(page.lede) == SAYS
    titles = [panel.title for panel in unit(study, LAYER, 0, focus="field").panels]
    assert "Mean codes by category" in titles
    assert unit(study, LAYER, 0, focus="wall").sentence.startswith("Unit 0")
    turned = unit(study, LAYER, 0, baseline="field", focus="wall")
    assert f"{LAYER}: Do not read codes under field" in [panel.title for panel in turned.panels]


def test_no_unit_is_blamed_by_codes_that_are_not_to_be_read(study, states, monkeypatch):
    monkeypatch.setattr("shiftscope.views.overview.shown_overview.named_unit", lambda *_: "a unit")
    selection = Selection.at(study, LAYER)
    shown = ShownOverview(selection, PageAddress(selection, "", overview), None)
    assert shown.units == {"field": None, "wall": "a unit"}
    assert shown.gate.refused_in_words("field") == SAYS
    assert not shown.gate.refused_in_words("wall")
    assert shown.gate.before("unit 1", "field") == "field: do not read its codes here; unit 1"
    assert Gate(selection, "hidden").before("unit 1", "field") == "unit 1"
    voted = SimpleNamespace(in_words=lambda: "Units voted.")
    monkeypatch.setattr("shiftscope.views.sample.sample.votes_of", lambda *_: voted)
    monkeypatch.setattr("shiftscope.views.confusion.confusion.votes_of", lambda *_: voted)
    for focus, told in (("field", False), ("wall", True)):
        assert ("Units voted." in plain(sample(study, focus, 0, layer=LAYER).lede)) == told
        assert ("Units voted." in plain(confusion(study, 0, 1, layer=LAYER, focus=focus).lede)) == told


def test_pictures_of_the_sets_that_misread_alone_are_grey(study, states):
    gate = Gate(Selection.at(study, LAYER, focus="field"), LAYER)
    pictures = [Picture(name, 0, "") for name in ("lab", "field", "wall")]
    chart = Chart("", {}, "")
    panels = [ImageStrip("", pictures), Table("", [], [[Cell(pictures=tuple(pictures))]]), chart]
    strip, table, drawn = gate.passed(panels)
    for found in (strip.pictures, table.rows[0][0].pictures):
        assert [each.greyed for each in found] == [False, True, False]
    assert drawn.greyed
    on_wall = Gate(Selection.at(study, LAYER, focus="wall"), LAYER).passed(panels)
    assert [each.greyed for each in on_wall[0].pictures] == [False, True, False]
    assert on_wall[2] is chart
    assert Gate(Selection.at(study, "hidden"), "hidden").passed(panels) == panels


def test_none_are_left_where_the_dictionary_does_not_hold(study, states):
    states.update(field="does not hold", wall="does not hold")
    strip = ImageStrip("", [Picture("lab", 0, "")])
    table = Table("", [], [[Cell("kept", pictures=(Picture("lab", 0, ""),))]])
    (left,) = Gate(Selection.at(study, LAYER, focus="wall"), LAYER).passed([strip, table])
    assert left.rows == [[Cell("kept")]]


def test_states_stand_in_the_order_of_the_sets():
    told = states_in_words({"a": "reads", "b": "misreads", "c": "reads"})
    assert told == "Holds here: a and c. Do not read its codes here: b."
