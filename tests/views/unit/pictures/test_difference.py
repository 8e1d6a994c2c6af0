"""What a shift adds to a unit's use, on its page, from what a study keeps."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from shiftscope.explain.visualisation.belief.reached import Reached
from shiftscope.explain.visualisation.course import Course
from shiftscope.explain.visualisation.differences import in_use as samples_in_use
from shiftscope.explain.visualisation.differences import stored_differences
from shiftscope.explain.visualisation.differences.difference import Difference
from shiftscope.explain.visualisation.differences.difference_direction import Separation
from shiftscope.explain.visualisation.differences.in_use import InUse, in_use, layers_before
from shiftscope.explain.visualisation.differences.one_strength import both_uses, of_halves
from shiftscope.explain.visualisation.differences.stored_differences import write_separation
from shiftscope.explain.visualisation.picture_question import FROM_NOISE, PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import write_picture
from shiftscope.statistics.split import fit_half
from shiftscope.store.layout import LOGITS
from shiftscope.views.page.panels import Code, Computation, StripGroups, Table
from shiftscope.views.page.viewed_study import ViewedStudy
from shiftscope.views.unit.unit import unit
from tests.conftest import Made
from tests.explain.visualisation.made import made
from tests.views.conftest import NoJobs
from tests.views.unit.pictures.test_looks_like import asked_of, fold, of, of_title

APART = Separation(np.ones(4), 0.9, 0.8, 0.95, np.array([0.5, 0.625]))
TOGETHER = dataclasses.replace(APART, low=0.6)
ABOVE = Reached(0.995, 1.0, 500)


def climbed(score, reached=ABOVE, **given):
    """A picture after all of its four steps."""
    course = Course(np.linspace(0.0, score, 5))
    return dataclasses.replace(made(score, reached), course=course, **given)


def met(level=1.0, **given):
    """A picture that came to a level in two of four steps."""
    course = Course(np.linspace(0.0, level, 3), level)
    return dataclasses.replace(made(level, ABOVE), course=course, **given)


def kept(study, apart, *halves):
    """Of responses of 3 as under the shift and 1 as on the reference, and of the first stopped at 1."""
    question = PictureQuestion("lab", "hidden", 3, "maco", {}, 4, 2)
    shifted, reference = both_uses(dataclasses.replace(question, use=("field", "conv", 1)))
    answers = np.array([0.0, 1.0, 2.0])
    write_picture(study, shifted, climbed(3.0, before=answers))
    write_picture(study, reference, climbed(1.0, before=-answers))
    write_picture(study, dataclasses.replace(shifted, level=1.0), met(before=answers))
    for place, before in enumerate(halves, start=1):
        for each, sign in zip(of_halves(shifted, "lab", place, 1.0), (1, -1), strict=True):
            write_picture(study, each, met(before=sign * np.array(before)))
    write_separation(study, shifted, apart)


def test_both_uses_stand_side_by_side_over_how_far_apart_they_are(recorded):
    kept(recorded, APART)
    found = fold(unit(recorded, "hidden", 3), "difference")
    assert found.says == (
        "used otherwise under field: the layer before tells its strong images there from those of lab, AUROC 0.900 "
        "(0.800 to 0.950); halves of lab up to 0.625"
    )
    groups = of(StripGroups, found.panels)
    assert [group.strips[0].pictures[0].caption for group in groups.groups] == [
        "as it is, response 1.00",
        "as it is, response 1.00",
    ]
    assert not any(picture.greyed for group in groups.groups for picture in group.strips[0].pictures)
    assert groups.note == (
        "Both pictures drive the unit equally strongly, at 1.00 (more than 99.5 % of 500 samples held out of lab): "
        "they can be compared."
    )
    table = of(Table, found.panels)
    assert [row[0].text for row in table.rows] == [
        "field from lab",
        "halves of lab, division 1",
        "halves of lab, division 2",
    ]
    assert [row[2].value for row in table.rows] == [0.9, 0.5, 0.625]
    assert table.note.startswith("By the responses of conv, its divisions others than those of the pictures.")
    assert table.note.endswith("The pictures are by MACO, 4 and 2 of 4 steps.")
    assert (table.rows[0][1].change.low, table.rows[0][1].change.high) == (0.8, 0.95)


def test_what_is_no_finding_is_greyed_and_says_so(recorded):
    kept(recorded, TOGETHER)
    found = fold(unit(recorded, "hidden", 3), "difference")
    assert found.says == (
        "used under field no otherwise than one half of lab differs from the other: AUROC 0.900 (0.600 to 0.950), "
        "halves of lab up to 0.625"
    )
    groups = of(StripGroups, found.panels)
    assert all(picture.greyed for group in groups.groups for picture in group.strips[0].pictures)
    assert "two halves of lab" in groups.note


def test_halves_of_the_reference_are_the_placebo(recorded):
    kept(recorded, APART, (1.0, 1.0, 1.0))
    panels = fold(unit(recorded, "hidden", 3), "difference").panels
    inner = next(panel for panel in panels if panel.title == "Placebo")
    (groups,) = inner.panels
    assert [group.heading for group in groups.groups] == [
        "as on one half of lab",
        "as on the other half of lab",
    ]
    assert (
        "How far apart the two pictures are in conv is not known." in panels[0].note
    )  # the halves give one number everywhere
    kept(recorded, APART, (1.0, 1.0, 1.0), (0.0, 2.0, 1.0))
    # of opposite order, both: 1 - (-1); the division without a distance counts for none
    note = fold(unit(recorded, "hidden", 3), "difference").panels[0].note
    assert note.endswith(
        " The two pictures differ no more than two halves of lab do, so that what differs between them says nothing of "
        "the shift: they are 2.00 apart in conv, those of the halves 2.00."
    )
    (groups,) = of_title("Placebo", fold(unit(recorded, "hidden", 3), "difference").panels).panels
    assert groups.note == "of the division whose two pictures are the farthest apart"
    shown = [asked_of(recorded, group) for group in groups.groups]
    assert [(each.use, each.division) for each in shown] == [
        (("lab", "conv", 1), 2),
        (("lab", "conv", -1), 2),
    ]


def test_pictures_that_do_not_drive_the_unit_are_not_to_be_compared():
    found = Difference(APART, climbed(2.0), climbed(1.5, Reached(0.98, 3.0, 500)), "field")
    assert found.in_words() == (
        "used otherwise under field: the layer before tells its strong images there from those of the reference, AUROC "
        "0.90 (0.80 to 0.95); halves of the reference up to 0.62. The pictures are not to be compared: with responses "
        "of 2 and 1.5 they do not come to one at or above the 99th percentile of the reference's held-out responses, "
        "not even with an eighth of the weight of the direction. Activation maximisation, which holds no spectrum, may "
        "drive the unit further."
    )
    freely = [dataclasses.replace(climbed(each), method="activation_maximisation") for each in (2.0, 1.5)]
    assert (
        Difference(APART, *freely, "field").in_words().endswith("an eighth of the weight of the direction.")
    )
    assert (found.numbers()["equally_strong"], found.numbers()["level"]) == (False, None)
    lighter = dataclasses.replace(found, reference=met(2.0), weight=0.5)
    assert lighter.pictures_in_words("lab") == (
        "Both pictures, with half of the weight of the direction, drive the unit equally strongly, at 2 (more than "
        "99.5 % of 500 samples held out of lab): they can be compared."
    )
    answers = (0.0, 1.0, 2.0), (2.0, 1.0, 0.0), (0.0, 2.0, 1.0)
    one, other, near = (met(2.0, before=np.array(each)) for each in answers)
    said = Difference(APART, one, other, "field", placebo=((one, near),)).pictures_in_words("lab")
    assert "held out of lab): what differs is what the unit is used for." in said
    assert [lighter.numbers()[name] for name in ("equally_strong", "weight", "level")] == [True, 0.5, 2.0]


def test_pairs_of_other_sets_are_not_read(recorded, monkeypatch):
    kept(recorded, APART)

    def read(study, question):
        raise AssertionError(f"{question} is read")

    monkeypatch.setattr(stored_differences, "read_picture", read)
    recorded.record(Made(seed=3), name="third", progress=False)
    found = unit(recorded, "hidden", 3, focus="third")
    assert not [each for each in found.panels[-1].panels if each.key == "difference"]


def test_without_it_what_draws_it_is_offered_where_there_are_samples_enough(new_study, recorded, monkeypatch):
    assert not [each for each in unit(recorded, "hidden", 3).panels[-1].panels if each.key == "difference"]
    study = new_study(name="large")
    study.record(Made(700), "lab", layers=["conv", "hidden"], reference=True, progress=False)
    study.record(Made(700, seed=1), "field", progress=False)
    offer = of(Code, fold(unit(study, "hidden", 3), "difference").panels)
    assert offer.text == (
        f"shiftscope difference {study.path} --layer hidden --unit 3 --dataset field --range 0 1 --draft "
        "--model ..."
    )
    form = of(Computation, fold(unit(ViewedStudy(study.path, NoJobs()), "hidden", 3), "difference").panels)
    assert (form.kind, form.parameters["dataset"]) == ("difference", "field")
    assert [field.name for field in form.fields] == ["at", "method", "draft", "range"]
    assert tuple(form.fields[1].choices) == FROM_NOISE
    shifted, reference = in_use(study, "hidden", 3, "field")
    responses = {name: study[name].unit_responses("hidden", 3) for name in study}
    strong = np.flatnonzero(responses["field"] > np.percentile(responses["lab"].astype(float), 90))
    half = fit_half(study["field"].samples.column("id").to_pylist())
    assert shifted.fit == [place for place in strong if half[place]]
    assert shifted.held_out == [place for place in strong if not half[place]]
    assert len(reference.fit) + len(reference.held_out) == 70
    monkeypatch.setattr(samples_in_use, "fit_half", lambda ids: np.ones(len(ids), bool))  # none is held out
    assert not [each for each in unit(study, "hidden", 3).panels[-1].panels if each.key == "difference"]


@pytest.mark.parametrize(
    ("fit", "held_out", "said"),
    [
        (30, 4, ""),
        (29, 4, "in its top decile on 29 samples of lab to fit on; 30 are needed"),
        (30, 3, "in its top decile on 3 samples of lab held out; 4 are needed"),
    ],
)
def test_how_many_samples_are_needed(fit, held_out, said):
    assert InUse("lab", list(range(fit)), list(range(held_out))).lacking == (
        said and f"{said}: another set, or a larger one, may have them"
    )


def test_layers_before_are_those_recorded_before(recorded):
    assert layers_before(recorded, "conv") == []
    assert layers_before(recorded, LOGITS) == [*layers_before(recorded, "hidden"), "hidden"]
