"""The job of a picture: it is kept as the command keeps it, and what cannot be asked is refused before."""

import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.visualisation.picture_question import ACCENTUATION, FROM_NOISE
from shiftscope.explain.visualisation.stored_pictures import listed_pictures, picture_code
from shiftscope.explain.visualisation.visualisation import visualisations
from shiftscope.flow.steps import asked_picture
from shiftscope.live import LiveStudy
from shiftscope.progress import silent
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import job_kinds

ASKED = {
    "layer": "hidden",
    "unit": 1,
    "method": "maco",
    "dataset": "field",
    "draft": True,
    "range": "-8 8",
}


def test_a_draft_is_kept_and_titled(held, monkeypatch):
    monkeypatch.setattr(asked_picture, "DRAFT", {"steps": 2, "crops": 1})
    study = StoredStudy(held.path)
    kind = job_kinds["visualise"]
    kind(**ASKED).check(study)
    kind(**ASKED).run(LiveStudy(study, held.net, held.data), silent)
    ((question, _),) = listed_pictures(study, "hidden", 1)
    assert (question.dataset, question.steps, question.range) == ("field", 2, (-8.0, 8.0))
    assert kind(**ASKED).title == "maco of unit 1 of hidden, a draft with the colours of field"


def test_how_much_to_believe_is_measured_of_what_is_kept(held, monkeypatch):
    monkeypatch.setattr(asked_picture, "DRAFT", {"steps": 1, "crops": 1})
    study = StoredStudy(held.path)
    live = LiveStudy(study, held.net, held.data)
    job_kinds["visualise"](**ASKED).run(live, silent)
    ((question, found),) = listed_pictures(study, "hidden", 1)
    asked = {"layer": "hidden", "unit": 1, "pictures": picture_code(study, question)}
    job_kinds["believe"](**asked).check(study)
    job_kinds["believe"](**asked).run(live, silent)
    ((_, believed),) = listed_pictures(study, "hidden", 1)
    assert (found.belief, believed.belief.layers) == (None, ("conv",))
    with pytest.raises(BadRequest, match="not all of unit 2"):
        job_kinds["believe"](**{**asked, "unit": 2}).check(study)
    with pytest.raises(NotInStudy, match="no picture 'x'"):
        job_kinds["believe"](**{**asked, "pictures": "x"}).check(study)


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"method": "magic"}, BadRequest, "no method 'magic' here"),
        ({"method": "accentuation"}, BadRequest, "starts from an image"),
        ({"strengths": "1"}, BadRequest, "maco takes no strength"),
        ({"method": "accentuation", "sample": 0, "strengths": "1 far"}, BadRequest, "strengths '1 far'"),
        ({"method": "accentuation", "sample": 0, "strengths": "-1"}, BadRequest, "0 or more"),
        ({"range": "wide"}, BadRequest, "'wide' is no range"),
        ({"range": "1 0"}, BadRequest, "two finite numbers"),
        ({"range": "0 inf"}, BadRequest, "'0 inf' is no range"),
        ({"range": "0 nan"}, BadRequest, "'0 nan' is no range"),
        ({"unit": 99}, NotInStudy, "99"),
        ({"dataset": "moon"}, NotInStudy, "moon"),
        ({"sample": 10**6}, NotInStudy, "1000000"),
    ],
)
def test_what_cannot_be_drawn_is_refused(held, changed, error, said):
    with pytest.raises(error, match=said):
        job_kinds["visualise"](**{**ASKED, **changed}).check(StoredStudy(held.path))


def test_a_box_that_is_not_ticked_asks_for_the_whole():
    asked = {name: value for name, value in ASKED.items() if name != "draft"}
    assert (
        job_kinds["visualise"](**asked).title
        == "maco of unit 1 of hidden, a picture with the colours of field"
    )


def test_every_method_can_be_asked_for():
    assert sorted([*FROM_NOISE, ACCENTUATION]) == sorted(visualisations)
    assert [name for name, each in visualisations.items() if each.starts_from_image] == [ACCENTUATION]


def test_an_image_is_accentuated_with_each_strength():
    class Asked:
        def visualise(self, *given, **options):
            drawn.append(options["strength"])

    drawn = []
    asked = {**ASKED, "method": "accentuation", "sample": 0, "strengths": "3, 0.3"}
    job_kinds["visualise"](**asked).run(Asked(), silent)
    assert drawn == [3.0, 0.3]
