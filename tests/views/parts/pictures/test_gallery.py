"""Pictures of many units side by side on the page of their layer, and of the categories on the overview."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shiftscope.explain.visualisation.belief.reached import Reached
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import write_picture
from shiftscope.store.layout import LOGITS
from shiftscope.views.category.category import category
from shiftscope.views.layer.layer import layer_units
from shiftscope.views.overview.overview import overview
from shiftscope.views.page.panels import Code, Computation, Figures, Fold, StripGroups
from shiftscope.views.page.viewed_study import ViewedStudy
from shiftscope.web.notebook.notebook import notebook_html
from tests.conftest import Made, viewer
from tests.explain.visualisation.made import made
from tests.views.conftest import NoJobs
from tests.views.unit.pictures.test_looks_like import fold, of


def kept(study, unit, *, dataset="lab", layer="hidden", steps=4, method="maco", score=2.0, **more):
    question = PictureQuestion(dataset, layer, unit, method, {}, steps, 2, **more)
    write_picture(study, question, made(score, method=method))


def test_pictures_stand_in_the_order_of_the_table_and_lead_to_their_units(recorded):
    for unit in (4, 1, 3):
        kept(recorded, unit)
    kept(recorded, 3, dataset="field")
    for more in ({"sample": 2}, {"use": ("field", "conv", 1)}):
        kept(recorded, 5, **more)  # neither shows what the unit looks like
    page = layer_units(recorded, "hidden", sort="unit", ascending=True)
    found = fold(page)
    units = recorded.layer("hidden").units
    assert found.says == f"3 of {units} units drawn, 1 with the colours of both sets"
    shown = of(Figures, found.panels)
    assert shown.sides == [
        ("with the colours of lab", "reference"),
        ("with the colours of field", "shifted"),
    ]
    assert [figure.name for figure in shown.figures] == ["unit 1", "unit 3", "unit 4"]
    assert shown.figures[0].page.startswith("layers/hidden/units/1")
    upside_down = fold(layer_units(recorded, "hidden", sort="unit", ascending=False))
    assert [figure.name for figure in of(Figures, upside_down.panels).figures] == [
        "unit 4",
        "unit 3",
        "unit 1",
    ]
    filtered = fold(layer_units(recorded, "hidden", sort="unit", where="unit > 3"))
    assert filtered.says == f"1 of {units - 4} units drawn, none with the colours of both sets"


def test_both_sides_of_a_unit_stand_together_and_a_missing_one_says_so(recorded):
    kept(recorded, 1, score=3.0)
    kept(recorded, 1, dataset="field", score=2.5)
    kept(recorded, 3, dataset="field", score=4.0)
    one, three = of(
        Figures, fold(layer_units(recorded, "hidden", sort="unit", ascending=True)).panels
    ).figures
    assert [picture.dataset for picture in one.pictures] == ["lab", "field"]
    assert one.says == ["response 3.00", "response 2.50"]
    assert [picture and picture.dataset for picture in three.pictures] == [None, "field"]
    assert three.says == ["not drawn", "response 4.00"]
    page = layer_units(recorded, "hidden", sort="unit", ascending=True)
    assert "unit 3: not drawn | response 4.00" in notebook_html(page, recorded)
    shown = viewer(recorded).get("/layers/hidden?sort=unit").text
    assert '<span class="lacking">not drawn</span>' in shown


def test_a_pair_is_drawn_in_one_way_where_it_can_be(recorded):
    kept(recorded, 1, steps=64)
    kept(recorded, 1, steps=4)
    kept(recorded, 1, steps=4, dataset="field")
    kept(recorded, 2, steps=64)
    kept(recorded, 2, steps=4, dataset="field")
    one, two = of(Figures, fold(layer_units(recorded, "hidden", sort="unit", ascending=True)).panels).figures
    assert one.says == ["response 2.00", "response 2.00"]
    assert two.says == ["response 2.00, MACO, 64 steps", "response 2.00, MACO, 4 steps"]


def test_whatever_differs_between_the_sides_of_a_pair_is_said(recorded):
    kept(recorded, 1, seed=1)
    kept(recorded, 1, dataset="field")
    many = PictureQuestion("lab", "hidden", 2, "maco", {"sigma": 0.5, "noise": 1}, 4, 8, range=(-1.0, 1.0))
    few = PictureQuestion("field", "hidden", 2, "maco", {"sigma": 0.25, "noise": 1}, 4, 2)
    write_picture(recorded, many, replace(made(), range=(-1.0, 1.0)))
    write_picture(recorded, few, replace(made(), image=np.zeros((3, 8, 8)), alpha=np.ones((8, 8))))
    one, two = of(Figures, fold(layer_units(recorded, "hidden", sort="unit", ascending=True)).panels).figures
    assert one.says == ["response 2.00, seed 1", "response 2.00, seed 0"]
    assert two.says == [
        "response 2.00, 8 crops, 4\u00a0×\u00a06, range -1 to 1, sigma 0.5",
        "response 2.00, 2 crops, 8\u00a0×\u00a08, range 0 to 1, sigma 0.25",
    ]


def test_what_lacks_a_picture_is_drawn_by_one_command_or_form(recorded):
    for dataset in ("lab", "field"):
        kept(recorded, 1, dataset=dataset)
    asked = {"sort": "unit", "ascending": True}
    lacking = [unit for unit in range(recorded.layer("hidden").units) if unit != 1][:12]
    line = of(Code, fold(layer_units(recorded, "hidden", **asked)).panels).text
    assert line.replace(" --range 0 1", "") == (
        f"shiftscope visualise {recorded.path} --layer hidden --units {' '.join(map(str, lacking))} --method maco "
        "--dataset lab --draft --model ..."
    )
    form = of(Computation, fold(layer_units(ViewedStudy(recorded.path, NoJobs()), "hidden", **asked)).panels)
    first, *others = map(str, lacking)
    assert form.kind == "visualise"
    assert form.parameters == {
        "layer": "hidden",
        "unit": first,
        "units": " ".join(others),
        "method": "maco",
        "dataset": "lab",
    }


def test_of_several_pictures_of_a_unit_maco_of_most_steps_is_shown(recorded):
    for steps, method in ((4, "maco"), (8, "maco"), (64, "activation_maximisation")):
        kept(recorded, 1, steps=steps, method=method)
    (figure,) = of(Figures, fold(layer_units(recorded, "hidden")).panels).figures
    picture, lacking = figure.pictures
    assert lacking is None
    assert picture.alt == "maco of hidden:1, unit 1 with the colours of lab"
    assert viewer(recorded).get(picture.made.address).headers["content-type"] == "image/png"


def test_categories_are_drawn_on_the_overview(recorded):
    assert not any(each.key == "looks-like" for each in overview(recorded).panels[-1].panels)
    form = of(Computation, fold(overview(ViewedStudy(recorded.path, NoJobs()))).panels)
    assert form.parameters["layer"] == LOGITS
    kept(recorded, 2, layer=LOGITS)
    found = fold(overview(recorded))
    assert found.says == "1 of 4 categories drawn"
    shown = of(Figures, found.panels)
    assert [name for name, _ in shown.sides] == ["with the colours of lab"]
    (figure,) = shown.figures
    assert figure.name == "c"
    assert figure.page.startswith("categories/2")
    assert "--units 0 1 3 --method maco" in of(Code, found.panels).text


def test_the_overview_shows_the_categories_of_the_shifted_set_that_has_most_of_them(recorded):
    recorded.record(Made(seed=2), name="dusk", progress=False)
    kept(recorded, 2, layer=LOGITS)
    for dataset, units in (("field", [1]), ("dusk", [2, 3])):
        for unit in units:
            kept(recorded, unit, layer=LOGITS, dataset=dataset)
    found = fold(overview(recorded))
    shown = of(Figures, found.panels)
    assert shown.sides[1] == ("with the colours of dusk", "shifted")
    assert [(figure.name, [each is not None for each in figure.pictures]) for figure in shown.figures] == [
        ("c", [True, True]),
        ("d", [False, True]),
    ]
    assert "focus" not in shown.figures[0].page
    assert "--units 3 --method maco --dataset lab" in of(Code, found.panels).text
    chosen = of(Figures, fold(overview(recorded, focus="field")).panels)
    assert [figure.name for figure in chosen.figures] == ["b", "c"]


def test_a_category_shows_its_own(recorded):
    found = fold(category(recorded, 2))
    assert found.says == "no pictures are kept yet"
    line = of(Code, found.panels).text.splitlines()[0]
    assert line.startswith(f"shiftscope visualise {recorded.path} --unit 2 --method maco --dataset lab")
    kept(recorded, 2, layer=LOGITS)
    kept(recorded, 1, layer=LOGITS, dataset="field")
    as_it_is, blended = of(Figures, fold(category(recorded, 2)).panels).figures
    assert (as_it_is.name, as_it_is.says) == ("as it is", ["response 2.00", "not drawn"])
    assert (blended.name, blended.says) == ("with its alpha", ["", "not drawn"])
    assert [each.made.address.rpartition("/")[2] for each in (as_it_is.pictures[0], blended.pictures[0])] == [
        "picture",
        "blended",
    ]


def several(study, unit, *, layer="hidden", facets=3, part=0, together=1):
    options = {"together": together} if together > 1 else {}
    question = PictureQuestion("lab", layer, unit, "maco", options, 4, 2, facets=facets, part=part)
    write_picture(study, question, made(1.0 + part))


def test_facets_and_pictures_drawn_together_stand_in_the_galleries_by_themselves(recorded):
    for part in (1, 0, 2):
        several(recorded, 4, part=part)
    for part in range(2):
        several(recorded, 1, facets=0, together=2, part=part)
    kept(recorded, 1)
    page = layer_units(recorded, "hidden", sort="unit", ascending=True)
    found = fold(page)
    assert (
        found.says == f"2 of {recorded.layer('hidden').units} units drawn, none with the colours of both sets"
    )
    assert [figure.name for figure in of(Figures, found.panels).figures] == ["unit 1"]
    groups = of(StripGroups, of(Fold, found.panels).panels).groups
    assert [(group.heading[0].text, [strip.title for strip in group.strips]) for group in groups] == [
        ("unit 1", ["2 drawn together, MACO, 4 steps, colours of lab"]),
        ("unit 4", ["3 facets, MACO, 4 steps, colours of lab"]),
    ]
    facets = groups[1].strips[0].pictures
    assert [picture.caption for picture in facets] == ["response 1.00", "response 2.00", "response 3.00"]
    assert all(picture.page.startswith("layers/hidden/units/4") for picture in facets)
    filtered = fold(layer_units(recorded, "hidden", sort="unit", where="unit > 4"))
    assert filtered.says == "none is drawn yet"


def test_a_category_shows_its_facets(recorded):
    for part in range(3):
        several(recorded, 2, layer=LOGITS, part=part)
    found = fold(category(recorded, 2))
    assert found.says == "drives the logit of c with no stored response to compare with"
    (group,) = of(StripGroups, of(Fold, found.panels).panels).groups
    assert [strip.title for strip in group.strips] == ["3 facets, MACO, 4 steps"]
    assert fold(category(recorded, 1)).says == "no pictures are kept yet"
    question = PictureQuestion("lab", LOGITS, 2, "maco", {}, 4, 2)
    write_picture(recorded, question, made(reached=Reached(0.975, 3.0, 500)))
    says = fold(category(recorded, 2)).says
    assert says == "drives the logit of c more strongly than 97.5 % of 500 held-out images"
    assert "3 facets, MACO, 4 steps, colours of lab" in viewer(recorded).get("/").text


def test_a_picture_of_another_recording_is_drawn_again(recorded):
    kept(recorded, 1, dataset="field")
    recorded.record(Made(seed=2), name="field", overwrite=True, progress=False)
    assert fold(layer_units(recorded, "hidden")).says == "none is drawn yet"


@pytest.mark.parametrize("layer", ["hidden", LOGITS])
def test_the_job_draws_several(layer, recorded):
    from shiftscope.progress import silent
    from shiftscope.web.jobs.kind import job_kinds

    class Asked:
        def visualise(self, *given, **options):
            self.given, self.options = given, options

    live, kind = Asked(), job_kinds["visualise"]
    asked = {"layer": layer, "unit": 1, "units": "2 3", "method": "maco", "dataset": "lab", "draft": True}
    kind(**asked).check(recorded)
    kind(**asked).run(live, silent)
    assert live.given == (None if layer == LOGITS else layer, [1, 2, 3])
    assert kind(**asked).title.startswith(f"maco of units 1, 2, 3 of {layer}, a draft")
