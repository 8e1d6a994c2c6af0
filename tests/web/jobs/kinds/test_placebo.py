"""The job of a placebo: pictures like those that are named are drawn for both sets and both halves."""

import pytest

from shiftscope.errors import BadRequest
from shiftscope.explain.visualisation.picture_question import PictureQuestion
from shiftscope.explain.visualisation.stored_pictures import asked_pictures, picture_code, write_picture
from shiftscope.explain.visualisation.visualisation import visualisations
from shiftscope.live import LiveStudy
from shiftscope.progress import silent
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import job_kinds
from tests.explain.visualisation.made import made

KIND = job_kinds["placebo"]


def test_halves_are_drawn_as_the_picture_was(held):
    study = StoredStudy(held.path)
    usual = visualisations["maco"].with_defaults({})
    question = PictureQuestion("lab", "hidden", 1, "maco", usual, 1, 0, range=(-8.0, 8.0), seed=3)
    write_picture(study, question, made())
    asked = {"layer": "hidden", "unit": 1, "dataset": "field", "pictures": picture_code(study, question)}
    KIND(**asked, divisions=2).check(study)
    KIND(**asked, divisions=2).run(LiveStudy(study, held.net, held.data), silent)
    kept = [each for each in asked_pictures(study, "hidden", 1) if each.seed == 3]
    assert sorted((each.dataset, each.half, each.division) for each in kept) == [
        ("field", 0, 1),
        ("lab", 0, 1),
        ("lab", 1, 1),
        ("lab", 1, 2),
        ("lab", 2, 1),
        ("lab", 2, 2),
    ]
    assert KIND(**asked).title == "the placebo of pictures of unit 1 of hidden with the colours of field"


def test_what_has_no_placebo_is_refused_before(held, monkeypatch):
    study = StoredStudy(held.path)
    question = PictureQuestion("lab", "hidden", 1, "maco", {}, 1, 0)
    write_picture(study, question, made())
    asked = {"layer": "hidden", "unit": 1, "pictures": picture_code(study, question)}
    monkeypatch.setattr("shiftscope.explain.visualisation.colour_pair.ENOUGH", 10**6)
    with pytest.raises(BadRequest, match="too few for two halves"):
        KIND(dataset="field", **asked).check(study)
    with pytest.raises(BadRequest, match="divisions=0; it is a whole number of at least 1"):
        KIND(dataset="field", divisions=0, **asked).check(study)
    with pytest.raises(BadRequest, match="is the reference"):
        KIND(dataset="lab", **asked).check(study)
    with pytest.raises(BadRequest, match="not all of unit 2"):
        KIND(dataset="field", **{**asked, "unit": 2}).check(study)


def test_pictures_that_no_placebo_answers_are_refused_before(held, monkeypatch):
    study = StoredStudy(held.path)
    monkeypatch.setattr("shiftscope.explain.visualisation.colour_pair.ENOUGH", 1)
    start, first = (
        PictureQuestion("lab", "hidden", 1, "maco", {}, 1, 0, facets=2),
        PictureQuestion("lab", "conv", 1, "maco", {}, 1, 0),
    )
    for question in (start, first):
        write_picture(study, question, made())
    with pytest.raises(BadRequest, match="start from noise, each alone"):
        KIND(layer="hidden", unit=1, dataset="field", pictures=picture_code(study, start)).check(study)
    with pytest.raises(BadRequest, match="no layer before conv is recorded"):
        KIND(layer="conv", unit=1, dataset="field", pictures=picture_code(study, first)).check(study)
