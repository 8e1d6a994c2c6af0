"""Pictures of what a unit wants, on its page and on those of images, from pictures that a study keeps."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from shiftscope.explain.visualisation.belief.reached import Reached
from shiftscope.explain.visualisation.colour_pair import colour_pair
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import picture_asked, read_picture, write_picture
from shiftscope.explain.visualisation.visualisation import visualisations
from shiftscope.store.layout import LOGITS
from shiftscope.views.page.panels import Chart, Code, Computation, Figures, Fold, StripGroups, Table
from shiftscope.views.page.selection import Selection
from shiftscope.views.page.viewed_study import ViewedStudy
from shiftscope.views.parts.number_text import number
from shiftscope.views.parts.pictures.looks_like_in_words import (
    drives_in_words,
    looks_like_in_words,
)
from shiftscope.views.sample.sample import sample
from shiftscope.views.unit.unit import unit
from shiftscope.web.notebook.notebook import notebook_html
from shiftscope.web.report.contents import most_shifted
from shiftscope.web.report.filed import Kept
from shiftscope.web.report.report import report
from tests.conftest import viewer
from tests.explain.visualisation.made import made
from tests.views.conftest import NoJobs

UNIT = 3


def kept(study, dataset, found, *, sample=None, steps=4):
    question = PictureQuestion(dataset, "hidden", UNIT, found.method, {}, steps, 2, sample=sample)
    write_picture(study, question, found)
    return found


def fold(page, key="looks-like"):
    (found,) = (each for each in page.panels[-1].panels if each.key == key)
    return found


def of(kind, panels):
    (found,) = (panel for panel in panels if isinstance(panel, kind))
    return found


def of_title(title, panels):
    (found,) = (panel for panel in panels if panel.title == title)
    return found


def test_without_pictures_the_commands_that_draw_them_are_told(recorded):
    found = fold(unit(recorded, "hidden", UNIT))
    assert found.says == "no pictures are kept yet"
    start = f"shiftscope visualise {recorded.path} --layer hidden --unit {UNIT} --method maco --dataset"
    lines = of(Code, found.panels).text.splitlines()
    assert [line.replace(" --range 0 1", "") for line in lines] == [
        f"{start} lab --draft --believe --model ...",
        f"{start} field --draft --believe --model ...",
    ]


def test_two_priors_stand_side_by_side_and_the_first_is_said(recorded):
    kept(recorded, "lab", made(4.2, Reached(1.0, 2.0, 500)))
    kept(recorded, "lab", made(9.0, steps=2), steps=2)  # of fewer steps
    kept(recorded, "field", made(1.0, Reached(0.5, 2.0, 500)))
    found = fold(unit(recorded, "hidden", UNIT))
    assert found.says == (
        "drives unit 3 of hidden 2.1 times as strongly as the strongest of 500 held-out images; with the colours of "
        "field, more strongly than 50.0 % of 500 held-out images"
    )
    as_it_is, blended = of(Figures, found.panels).figures
    assert (as_it_is.name, as_it_is.says) == ("MACO, as it is", ["response 4.20", "response 1.00"])
    assert [picture.dataset for picture in as_it_is.pictures] == ["lab", "field"]
    assert (blended.name, blended.says) == ("MACO, with its alpha", ["", ""])
    assert [row[2].text for row in of(Table, found.panels).rows] == ["4.20", "1.00"]
    rows = of(Chart, found.panels).spec["data"]["values"]
    dashed = of(Chart, found.panels).spec["encoding"]["strokeDash"]["field"]
    assert [row[dashed] for row in rows[:4]] == ["MACO"] * 4
    assert [row["value"] for row in rows[:4]] == pytest.approx([0, 1.4, 2.8, 4.2])
    settings = of(Table, of_title("Settings", found.panels).panels)
    assert [column.name for column in settings.columns] == ["setting", "MACO, lab", "MACO, field"]
    assert [[cell.text for cell in row[:2]] for row in settings.rows] == [
        ["size", "4\u00a0×\u00a06"],
        ["steps", "4"],
    ]
    (measuring,) = (panel for panel in found.panels if isinstance(panel, Code))
    assert measuring.text.count("--believe") == 2  # of both pictures


def test_a_picture_of_a_use_is_not_taken_for_one_of_the_unit(recorded):
    kept(recorded, "lab", made(score=2.0))
    use = PictureQuestion("lab", "hidden", UNIT, "maco", {}, 64, 2, use=("field", "conv", 1))
    write_picture(recorded, use, made(score=9.0, steps=64))
    table = of(Table, fold(unit(recorded, "hidden", UNIT)).panels)
    assert [row[2].value for row in table.rows] == [2.0]


def with_halves(study, halves, *, pair=((0.0, 1.0, 2.0), (0.0, 2.0, 1.0)), seed=0):
    """Pictures of one start, and what the layer before gives for each."""
    usual = visualisations["maco"].with_defaults({})
    question = PictureQuestion("field", "hidden", UNIT, "maco", usual, 4, 2, seed=seed)
    asked = colour_pair(study, question, len(halves) // 2)
    for each, before in zip(asked, (*pair, *halves), strict=True):
        write_picture(study, each, replace(made(), before=np.array(before), at="conv"))


def asked_of(study, group):
    """What the first picture of a group answers."""
    return picture_asked(study, group.strips[0].pictures[0].made.address.split("/")[1])


def test_halves_of_the_reference_stand_beside_two_sets_colours(recorded, monkeypatch):
    with_halves(recorded, ((0.0, 1.0, 2.0), (0.0, 1.0, 3.0)))
    found = fold(unit(recorded, "hidden", UNIT))
    pictures = of_title("Pictures", found.panels)
    # 1 - (1 - 6 x 2 / (3 x 8)), and of one order
    assert pictures.note.startswith(
        "The two pictures differ more than two halves of lab do, as without a shift about 1 pair in 2 would: they are "
        "0.500 apart in conv, those of the halves 0.000. Each as it is"
    )
    assert found.says.endswith("; the two differ more than two halves of lab do")
    assert all(None not in figure.pictures for figure in pictures.figures)
    (groups,) = of_title("Placebo", found.panels).panels
    assert [group.heading for group in groups.groups] == [
        "with the colours of one half of lab",
        "with the colours of the other half of lab",
    ]
    assert [row[0].text for row in of_title("How strongly", found.panels).rows] == ["lab", "field"]
    with_halves(recorded, ((0.0, 1.0, 2.0), (0.0, 1.0, 3.0), (0.0, 1.0, 2.0), (2.0, 1.0, 0.0)))
    found = fold(unit(recorded, "hidden", UNIT))
    assert found.says.endswith("; the two differ no more than two halves of lab do in 1 of 2 divisions")
    note = of_title("Pictures", found.panels).note
    assert "in conv, those of the halves 0.000 and 2.00." in note
    (groups,) = of_title("Placebo", found.panels).panels
    shown = [asked_of(recorded, group) for group in groups.groups]
    assert [(each.half, each.division) for each in shown] == [(1, 2), (2, 2)]
    monkeypatch.setattr("shiftscope.explain.visualisation.colour_pair.ENOUGH", 8)  # the sets are small
    asked = {"dataset": "field", "steps": 4, "crops": 2, "at": "conv", "progress": False}
    told = recorded.visualise("hidden", UNIT, placebo=2, **asked).apart
    assert note.startswith(told.sentence("lab", number=number))
    assert told.numbers()["distance_of_halves"] == pytest.approx([0, 2])


def test_pictures_that_are_told_apart_stand_before_others_of_as_many_steps(recorded):
    kept(recorded, "lab", made(9.0))
    with_halves(recorded, ((0.0, 1.0, 2.0), (0.0, 1.0, 3.0)), seed=1)
    panels = fold(unit(recorded, "hidden", UNIT)).panels
    assert [row[2].value for row in of_title("How strongly", panels).rows] == [2.0, 2.0]
    kept(recorded, "lab", made(9.0), steps=5)
    panels = fold(unit(recorded, "hidden", UNIT)).panels
    assert [row[2].value for row in of_title("How strongly", panels).rows] == [9.0, 2.0]
    assert not any(panel.title == "Placebo" for panel in panels)  # not of the picture that is shown


def test_both_sides_are_of_one_start_where_they_are_kept_so(recorded):
    for dataset, seed, score in (("lab", 0, 2.0), ("lab", 1, 9.0), ("field", 0, 3.0), ("field", 2, 9.0)):
        question = PictureQuestion(dataset, "hidden", UNIT, "maco", {}, 4, 2, seed=seed)
        write_picture(recorded, question, made(score))
    panels = fold(unit(recorded, "hidden", UNIT)).panels
    assert of(Figures, panels).figures[0].says == ["response 2.00", "response 3.00"]
    kept(recorded, "lab", made(1.0), steps=5)  # of more steps
    panels = fold(unit(recorded, "hidden", UNIT)).panels
    assert [row[2].value for row in of_title("How strongly", panels).rows] == [1.0, 9.0]


def test_what_draws_halves_is_offered_where_both_sets_stand(recorded, monkeypatch):
    offered = "Would two sets without a shift differ as much?"
    kept(recorded, "lab", made(), steps=5)
    kept(recorded, "field", made())
    assert not [each for each in fold(unit(recorded, "hidden", UNIT)).panels if offered in each.title]
    monkeypatch.setattr("shiftscope.explain.visualisation.colour_pair.ENOUGH", 8)  # the sets are small
    lines = of_title(f"{offered} These commands tell", fold(unit(recorded, "hidden", UNIT)).panels)
    assert lines.text == (
        f"shiftscope visualise {recorded.path} --layer hidden --unit {UNIT} --method maco --dataset field --steps 5 "
        "--crops 2 --placebo --model ..."
    )
    study = ViewedStudy(recorded.path, NoJobs())
    form = of_title(offered, fold(unit(study, "hidden", UNIT)).panels)
    assert (form.kind, form.parameters["dataset"]) == ("placebo", "field")
    assert [(field.name, field.value) for field in form.fields] == [("divisions", "5")]
    assert picture_asked(recorded, form.parameters["pictures"]).steps == 5


def test_facets_stand_beside_each_other_and_not_for_the_unit(recorded):
    for part in range(2):
        facet = PictureQuestion("lab", "hidden", UNIT, "maco", {}, 4, 2, facets=2, part=part)
        write_picture(recorded, facet, made(score=9.0 - part, start=0.5))
    alone = fold(unit(recorded, "hidden", UNIT))
    assert [panel.key for panel in alone.panels if isinstance(panel, Fold)] == ["looks-like-several"]
    write_picture(recorded, PictureQuestion("lab", "hidden", UNIT, "maco", {}, 4, 2, facets=1), made(9.0))
    assert not any(isinstance(panel, Figures) for panel in fold(unit(recorded, "hidden", UNIT)).panels)
    kept(recorded, "lab", made(score=2.0))
    found = fold(unit(recorded, "hidden", UNIT))
    assert of(Figures, found.panels).figures[0].name == "MACO, as it is"
    (several,) = (
        panel for panel in found.panels if isinstance(panel, Fold) and panel.key == "looks-like-several"
    )
    one, strip = sorted(several.panels[0].groups[0].strips, key=lambda each: each.title)
    assert (one.title, len(one.pictures)) == ("1 facet, MACO, 4 steps", 1)
    assert strip.title == "2 facets, MACO, 4 steps"
    assert [picture.caption for picture in strip.pictures] == ["response 9.00", "response 8.00"]


def test_priors_stand_in_one_grid(recorded):
    kept(recorded, "lab", made(method="activation_maximisation"))
    prior = PictureQuestion("lab", "hidden", UNIT, "activation_maximisation", {"prior": "pca"}, 4, 2)
    write_picture(recorded, prior, made(method="activation_maximisation"))
    shown = of(Figures, fold(unit(recorded, "hidden", UNIT)).panels).figures[::2]
    assert sorted(figure.name for figure in shown) == [
        "activation maximisation, as it is",
        "activation maximisation, pca prior, as it is",
    ]
    assert all(figure.says[1] == "not drawn" for figure in shown)


def test_an_accentuated_image_stands_between_itself_and_the_difference_on_both_pages(recorded):
    kept(recorded, "lab", made(start=0.5, method="accentuation"), sample=4)
    found = fold(unit(recorded, "hidden", UNIT))
    (group,) = of(StripGroups, found.panels).groups
    (strip,) = group.strips
    captions = ["the image", "more of the unit, response 2.00", "what changed"]
    assert [picture.caption for picture in strip.pictures] == captions
    assert strip.pictures[0].page.startswith("datasets/lab/samples/4")
    other = fold(sample(recorded, "lab", 4), "accentuated")
    assert other.says == "unit 3 of hidden"
    (group,) = of(StripGroups, other.panels).groups
    assert group.strips[0].pictures[1].page.startswith("layers/hidden/units/3")
    assert group.strips[0].title == "unit 3 of hidden"
    assert "--method accentuation --dataset" in of(Code, other.panels).text


def test_of_an_accentuated_image_it_is_said_that_the_unit_is_silent_and_which_logit_is_meant(recorded):
    kept(recorded, "lab", made(0.0, start=0.5, method="accentuation"), sample=4)
    (group,) = of(StripGroups, fold(unit(recorded, "hidden", UNIT)).panels).groups
    assert group.strips[0].pictures[1].caption == "more of the unit, no response"
    question = PictureQuestion("lab", LOGITS, 2, "accentuation", {}, 4, 2, sample=4)
    write_picture(recorded, question, made(start=0.5, method="accentuation"))
    found = fold(sample(recorded, "lab", 4), "accentuated")
    assert found.says == "the logit of c; unit 3 of hidden"


def test_how_strongly_an_accentuated_image_drives_its_unit_is_said_while_its_fold_is_closed(recorded):
    reached = Reached(0.25, 4.0, 100)
    kept(recorded, "lab", made(3.0, reached, start=0.5, method="accentuation"), sample=4)
    says = fold(sample(recorded, "lab", 4), "accentuated").says
    assert says == "unit 3 of hidden driven less strongly than 75.0 % of 100 held-out images"


def test_the_steps_of_a_picture_are_kept_small_and_shown(recorded):
    ramp = np.linspace(0, 1, 200, dtype=np.float32) * np.ones((3, 100, 1), np.float32)
    found = replace(made(), snapshots={1: ramp, 4: ramp / 2})
    question = PictureQuestion("lab", "hidden", UNIT, "maco", {}, 4, 2)
    write_picture(recorded, question, found)
    small = read_picture(recorded, question).snapshots
    assert [(step, each.shape) for step, each in small.items()] == [(1, (3, 33, 66)), (4, (3, 33, 66))]
    # means of 3 by 3 pixels, in 8 bits
    np.testing.assert_allclose(small[1][0, 0], ramp[0, 0, :198].reshape(66, 3).mean(1), atol=0.5 / 255 + 1e-6)
    inner = of_title("Over the steps", fold(unit(recorded, "hidden", UNIT)).panels)
    (group,) = of(StripGroups, inner.panels).groups
    assert [picture.caption for picture in group.strips[0].pictures] == ["step 1", "step 4"]
    client = viewer(recorded)
    address = group.strips[0].pictures[1].made.address
    pixels = np.asarray(Image.open(io.BytesIO(client.get(address).content)))
    assert pixels.shape == (33, 66, 3)
    assert pixels[0, -1, 0] in (126, 127)  # near the middle
    for wrong in ("step-2", "step-", "step-x"):
        assert client.get(address.replace("step-4", wrong)).status_code == 404


def test_an_image_held_back_less_and_less_is_a_strip_on_both_pages(recorded):
    for strength in (0.25, 1.0, 4.0):
        question = PictureQuestion(
            "lab", "hidden", UNIT, "accentuation", {"strength": strength}, 4, 2, sample=4
        )
        write_picture(recorded, question, made(8 - strength, start=0.5, method="accentuation"))
    captions = [
        "the image",
        "strength 4, response 4.00",
        "strength 1, response 7.00",
        "strength 0.25, response 7.75",
    ]
    panels = fold(unit(recorded, "hidden", UNIT)).panels
    (group,) = of(StripGroups, of_title("Over strength", panels).panels).groups
    assert [picture.caption for picture in group.strips[0].pictures] == captions
    main = next(panel for panel in panels if panel.title == "Images with more of it")
    (strip,) = main.groups[0].strips  # the one with the usual strength
    assert strip.pictures[1].caption == "more of the unit, response 7.00"
    panels = fold(sample(recorded, "lab", 4), "accentuated").panels
    (strip,) = panels[0].groups[0].strips
    assert strip.pictures[1].caption == "more of the unit, response 7.00"
    (group,) = of(StripGroups, of_title("Over strength", panels).panels).groups
    assert group.strips[0].title == "unit 3 of hidden"
    assert [picture.caption for picture in group.strips[0].pictures] == captions


def test_the_viewer_serves_what_is_stored_and_the_notebook_carries_it(recorded):
    kept(recorded, "lab", made(start=0.5, method="accentuation"), sample=4)
    client = viewer(recorded)
    page = client.get("layers/hidden/units/3").text
    addresses = re.findall(r'<img class="drawn" src="([^"]+)"', page)
    pixels = {}
    for address in addresses:
        answer = client.get(f"layers/hidden/units/{address}")
        assert answer.headers["content-type"] == "image/png"
        pixels[address.rpartition("/")[2]] = np.asarray(Image.open(io.BytesIO(answer.content)))
    assert list(pixels) == ["start", "picture", "difference"]
    assert pixels["picture"].shape == (4, 6, 3)
    # round(255 x 1/2); 1/4 and 3/4; changes of -1/4 and +1/4 are both ends of the scale
    assert [pixels[side][1, 1, 0] for side in pixels] == [128, 64, 0]
    assert [pixels[side][0, 0, 0] for side in pixels] == [128, 191, 255]
    code = addresses[0].split("/")[-2]
    for wrong in (f"drawn/{code}/page", f"drawn/{'0' * 16}/picture"):
        assert client.get(wrong).status_code == 404
    html = notebook_html(unit(recorded, "hidden", UNIT), recorded)
    assert "accentuation of hidden:3, what changed" in html
    assert html.count("data:image/png;base64,") >= 3


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (made(3.0, Reached(0.975, 4.0, 1500)), "more strongly than 97.5 % of 1\u202f500 held-out images"),
        (made(3.0, Reached(0.02, 4.0, 150)), "less strongly than 98.0 % of 150 held-out images"),
        (made(3.0, Reached(0.9999, 4.0, 5000)), "more strongly than 99.9 % of 5\u202f000 held-out images"),
        (made(3.0, Reached(0.0001, 4.0, 5000)), "less strongly than 99.9 % of 5\u202f000 held-out images"),
        (made(3.0, Reached(0.0, 4.0, 5000)), "less strongly than 100.0 % of 5\u202f000 held-out images"),
        (made(0.0, Reached(0.23, 4.0, 320)), "not at all: it stays silent"),
        (made(3.0, Reached(1.0, 0.0, 20)), "more strongly than each of 20 held-out images"),
        (made(3.0, Reached(float("nan"), float("nan"), 0)), "with no stored response to compare with"),
    ],
)
def test_what_a_picture_does_is_said(found, said):
    assert drives_in_words(found) == said
    assert looks_like_in_words("unit 3", [("lab", found), ("lab", found)]) == f"drives unit 3 {said}"


def test_a_dead_unit_is_said_to_be():
    said = looks_like_in_words("unit 3 of hidden", [("lab", made(dead=True))])
    assert said == "unit 3 of hidden is dead: it has no gradient from any start"


def test_with_a_model_at_hand_both_pages_have_a_form(recorded):
    study = ViewedStudy(recorded.path, NoJobs())
    form = of(Computation, fold(unit(study, "hidden", UNIT)).panels)
    assert (form.kind, form.parameters) == ("visualise", {"layer": "hidden", "unit": "3"})
    assert [field.name for field in form.fields][:4] == ["method", "dataset", "draft", "believe"]
    assert [field.tick for field in form.fields][:4] == [False, False, True, True]
    form = of(Computation, fold(sample(study, "lab", 4), "accentuated").panels)
    assert form.parameters == {"sample": "4", "method": "accentuation", "dataset": form.parameters["dataset"]}
    assert [field.name for field in form.fields][:5] == ["layer", "unit", "strengths", "draft", "believe"]
    kept(recorded, "lab", made())
    panels = fold(unit(study, "hidden", UNIT)).panels
    measure, form = (panel for panel in panels if isinstance(panel, Computation))
    assert measure.kind == "believe"
    assert form.parameters["dataset"] == "field"  # what lacks a picture


def test_a_report_has_the_pictures_as_files(recorded, tmp_path):
    kept(recorded, "lab", made())
    shown = of(Figures, fold(unit(recorded, "hidden", UNIT)).panels).figures
    files = [tmp_path / Kept(recorded, tmp_path).picture(figure.pictures[0]) for figure in shown]
    assert [np.asarray(Image.open(file)).shape for file in files] == [(4, 6, 3), (4, 6, 4)]


def test_a_report_has_the_drawn_units_and_opens_without_a_server(recorded, tmp_path):
    for drawn in range(recorded.layer("hidden").units):  # more than are asked for
        write_picture(recorded, PictureQuestion("lab", "hidden", drawn, "maco", {}, 4, 2), made())
    shifted = most_shifted(Selection.at(recorded), "hidden", 1)
    report(recorded, tmp_path / "report", units=1, layers=["hidden"], progress=False)
    pages = tmp_path / "report" / "pages"
    assert {int(file.stem.rpartition("-")[2]) for file in pages.glob("layers-hidden-units-*.html")} == {
        0,
        *shifted,
    }
    for name in ("layers-hidden", "layers-hidden-units-0"):
        sources = re.findall(r'<img class="drawn" src="([^"]+)"', (pages / f"{name}.html").read_text())
        assert sources
        assert all((pages / source).is_file() for source in sources)
    assert '<form method="post"' not in (pages / "layers-hidden-units-0.html").read_text()
