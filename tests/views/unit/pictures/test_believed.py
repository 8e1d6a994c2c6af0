"""How much of a picture to believe, on the page of its unit, from numbers made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shiftscope.explain.visualisation.belief.belief import Belief
from shiftscope.explain.visualisation.belief.transfer import Transfer
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import picture_code, write_picture
from shiftscope.views.page.panels import Code, Computation, Table
from shiftscope.views.page.viewed_study import ViewedStudy
from shiftscope.views.parts.pictures.believed import belief_table, believed_in_words
from shiftscope.views.unit.unit import unit
from tests.explain.visualisation.made import made
from tests.views.conftest import NoJobs
from tests.views.unit.pictures.test_looks_like import fold, of

NOTHING = float("nan")


def belief(path=((0.3, 1.0, 0.1, 0.2, -2.0),), *, colour=0.25, randomised=0.125, seeds=0.5) -> Belief:
    kept = np.tile([[colour], [0.9], [0.75], [0.5]], 5)
    kept[:, 1:] = 1 if colour == colour else NOTHING
    layers = tuple(f"layer{number}" for number in range(1, len(path) + 1))
    low, high = (np.full(len(path), end) for end in (0.2, 0.4))
    reached = np.array([0.975, 0.99, 0.5, 0.25, 1.0])
    path = np.array(path).reshape(len(layers), 5)
    return Belief(reached, kept, path, low, high, layers, randomised, seeds)


def rows(table):
    return {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}


def test_a_row_for_each_number_and_a_column_for_what_it_stands_beside():
    table = belief_table("Believe it?", belief())
    found = rows(table)
    assert found["drives it more than"] == ["97.5 %", "99.0 %", "50.0 %", "25.0 %", "100.0 %"]
    assert found["left without colour"][:2] == ["25.0 %", "100.0 %"]
    assert found["left, blurred to 8 pixels"][0] == "75.0 %"
    assert found["similarity at layer1"] == ["0.300", "1.00", "0.100", "0.200", "−2.00"]
    assert found["alike"] == ["0.500", "–", "–", "0.125", "–"]
    similar = next(row for row in table.rows if row[0].text == "similarity at layer1")
    assert (similar[1].note, similar[1].parts) == ("0.200 to 0.400", {"low": 0.2, "high": 0.4})
    assert [len(row) for row in table.rows] == [len(table.columns)] * len(table.rows)


def test_what_a_second_network_makes_of_it_is_a_row():
    transfer = Transfer("late", 7, 0.625, np.array([0.75, 0.9, 0.5, NOTHING, 1.0]), "0" * 64)
    table = belief_table("", replace(belief(), transfer=transfer))
    row = next(row for row in table.rows if row[0].text == "drives a second network more than")
    assert [cell.text for cell in row[1:]] == ["75.0 %", "90.0 %", "50.0 %", "–", "100.0 %"]
    assert row[1].note == "late:7, r = 0.62"


def test_of_several_layers_there_is_the_median_and_of_grey_inputs_no_colour():
    path = [(each, 1.0, 0.0, 0.0, 0.0) for each in (0.2, 0.9, 0.6)]
    found = rows(belief_table("", belief(path, colour=NOTHING)))
    assert found["similarity, median of the layers"][0] == "0.600"
    assert "left without colour" not in found


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ((0.9, 1.1), "process it as they process the unit's strongest images."),
        ((0.9, -1), "as the unit's strongest images at layer1, but not at layer2."),
        ((0.2, 0.3), "the unit's strongest images: similarity 0.300 at layer2, where those have 1.00"),
        ((NOTHING, NOTHING), "no more alike than others, or too few."),
        ((), "No layer is read before the unit"),
    ],
)
def test_the_way_through_the_layers_is_said(path, said):
    path = [(each, 1.0, 0.0, 0.0, 0.0) for each in path]
    assert said in believed_in_words(belief(path)).replace("\n", " ")


def test_what_is_left_and_what_random_weights_draw_are_said_where_they_are_known():
    said = believed_in_words(belief())
    assert (
        "Of the response 25.0 % without colour and 75.0 % without what is finer than 8 pixels is left."
        in said
    )
    assert "correlates with it by 0.125, another seed one with 0.500." in said
    none = believed_in_words(belief(colour=NOTHING, randomised=NOTHING))
    assert "colour" not in none
    assert "weights" not in none


def test_the_page_has_the_numbers_under_the_picture_and_measures_the_other(recorded):
    options = {"side": None, "late_layer": "", "learning_rate": 1.0}
    told, lacking = (
        PictureQuestion(name, "hidden", 3, "maco", options, 4, 2, seed=7, range=(-8.0, 8.0))
        for name in ("lab", "field")
    )
    write_picture(recorded, told, made(belief=belief()))
    write_picture(recorded, lacking, made())
    panels = fold(unit(recorded, "hidden", 3)).panels
    table = next(panel for panel in panels if isinstance(panel, Table))
    assert table.title == "Believe it? MACO with the colours of lab"
    assert rows(table)["drives it more than"][0] == "97.5 %"
    (line,) = of(Code, panels).text.splitlines()
    assert line == (
        f"shiftscope visualise {recorded.path} --layer hidden --unit 3 --method maco --dataset field --steps 4 "
        "--crops 2 --seed 7 --range -8 8 --option learning_rate=1.0 --believe --model ..."
    )
    form = of(Computation, fold(unit(ViewedStudy(recorded.path, NoJobs()), "hidden", 3)).panels)
    assert (form.kind, form.parameters["pictures"]) == ("believe", picture_code(recorded, lacking))
