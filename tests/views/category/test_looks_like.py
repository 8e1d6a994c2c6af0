"""What a category's logit looks like, on its page: how far the pictures are apart, and how much of them to believe."""

from dataclasses import replace

import numpy as np

from shiftscope.explain.visualisation.colour_pair import colour_pair
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import picture_asked, write_picture
from shiftscope.explain.visualisation.visualisation import visualisations
from shiftscope.store.layout import LOGITS
from shiftscope.views.category.category import category
from shiftscope.views.page.panels import Code, Computation, Figures, Table
from shiftscope.views.page.viewed_study import ViewedStudy
from tests.views.unit.pictures.test_believed import belief
from tests.views.unit.pictures.test_looks_like import NoJobs, fold, made, of, of_title

CATEGORY = 1
OFFERED = "Would two sets without a shift differ as much?"


def drawn(study, before, **beside):
    """Pictures of one start with the colours of field and lab, and of as many halves of lab as there is left for."""
    usual = visualisations["maco"].with_defaults({})
    question = PictureQuestion("field", LOGITS, CATEGORY, "maco", usual, 4, 2)
    asked = colour_pair(study, question, len(before) // 2 - 1)
    for each, told in zip(asked, before, strict=True):
        write_picture(study, each, replace(made(**beside), before=np.array(told), at="hidden"))
    return asked


def test_the_page_says_how_far_two_sets_colours_are_apart_beside_halves_of_the_reference(recorded):
    drawn(recorded, ((0.0, 1.0, 2.0), (0.0, 2.0, 1.0), (0.0, 1.0, 2.0), (2.0, 1.0, 0.0)))
    found = fold(category(recorded, CATEGORY))
    # 1 - (1 - 6 x 2 / (3 x 8)), and of the order turned round
    assert of(Figures, found.panels).note.startswith(
        "The two pictures differ no more than two halves of lab do, so that what differs between them says nothing of "
        "the shift: they are 0.500 apart"
    )
    assert found.says.endswith("; the two differ no more than two halves of lab do")
    (groups,) = of_title("Placebo", found.panels).panels
    assert [group.heading for group in groups.groups] == [
        "with the colours of one half of lab",
        "with the colours of the other half of lab",
    ]


def test_what_draws_halves_is_offered_under_the_pictures(recorded, monkeypatch):
    monkeypatch.setattr("shiftscope.explain.visualisation.colour_pair.ENOUGH", 8)  # the sets are small
    drawn(recorded, ((0.0, 1.0, 2.0), (0.0, 2.0, 1.0)))
    line = of_title(f"{OFFERED} These commands tell", fold(category(recorded, CATEGORY)).panels).text
    assert line.startswith(
        f"shiftscope visualise {recorded.path} --unit {CATEGORY} --method maco --dataset field "
    )
    assert line.endswith(" --placebo --model ...")
    form = of_title(OFFERED, fold(category(ViewedStudy(recorded.path, NoJobs()), CATEGORY)).panels)
    assert (form.kind, form.parameters["layer"]) == ("placebo", LOGITS)
    asked = picture_asked(recorded, form.parameters["pictures"])
    assert (asked.layer, asked.unit) == (LOGITS, CATEGORY)


def test_the_page_has_how_much_to_believe_of_each_picture_and_measures_what_lacks_it(recorded):
    _, reference = drawn(recorded, ((0.0, 1.0, 2.0), (0.0, 2.0, 1.0)))
    write_picture(recorded, reference, made(belief=belief()))
    panels = fold(category(recorded, CATEGORY)).panels
    assert of(Table, panels).title == "Believe it? MACO with the colours of lab"
    assert of(Code, panels).text.endswith(" --believe --model ...")
    forms = fold(category(ViewedStudy(recorded.path, NoJobs()), CATEGORY)).panels
    assert of(Computation, forms).kind == "believe"
