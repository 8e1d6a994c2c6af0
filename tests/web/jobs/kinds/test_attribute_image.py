"""The job of one image's maps: of its prediction, its label or a unit, in both sets."""

import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.attribution.stored_attributions import attributions_at
from shiftscope.live import LiveStudy
from shiftscope.progress import silent
from shiftscope.store.layout import LOGITS
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import job_kinds

ASKED = {
    "dataset": "field",
    "position": 2,
    "other": "lab",
    "there": 4,
    "of": "prediction",
    "method": "saliency",
}


def test_maps_of_the_image_in_both_sets_are_kept_and_titled(held):
    study = StoredStudy(held.path)
    kind, live = job_kinds["attribute_image"], LiveStudy(study, held.net, held.data)
    kind(**ASKED).check(study)
    kind(**ASKED).run(live, silent)
    kind(**{**ASKED, "other": "", "of": "hidden:1", "low_pass": "2"}).run(live, silent)
    (of_lab,) = attributions_at(study, "lab", 4)
    assert (of_lab.question.layer, of_lab.question.unit) == (LOGITS, study["lab"].samples[4].prediction)
    asked = {(each.question.layer, each.question.low_pass) for each in attributions_at(study, "field", 2)}
    assert asked == {(LOGITS, None), ("hidden", 2.0)}
    said = "saliency of the prediction of image 2 of field and of image 4 of lab"
    assert kind(**ASKED).title == said


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"of": "all"}, BadRequest, "'all'; give prediction, label, or a unit's address"),
        ({"of": "hidden:99"}, NotInStudy, "99"),
        ({"of": "moon:1"}, NotInStudy, "moon"),
        ({"position": 10_000}, NotInStudy, "10000"),
        ({"method": "magic"}, BadRequest, "no method 'magic' here"),
        ({"low_pass": "low"}, BadRequest, "low-pass 'low'"),
    ],
)
def test_what_cannot_be_computed_is_refused(held, changed, error, said):
    with pytest.raises(error, match=said):
        job_kinds["attribute_image"](**{**ASKED, **changed}).check(StoredStudy(held.path))
