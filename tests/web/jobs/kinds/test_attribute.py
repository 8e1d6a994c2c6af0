"""The job of maps: those of both sets are kept, and what cannot be asked is refused before."""

import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.attribution.stored_attributions import listed_attributions
from shiftscope.live import LiveStudy
from shiftscope.progress import silent
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import job_kinds

ASKED = {
    "layer": "hidden",
    "unit": 1,
    "baseline": "lab",
    "focus": "field",
    "method": "saliency",
    "samples": 2,
}


def test_further_units_and_a_cutoff_are_computed_too(held):
    study = StoredStudy(held.path)
    kind = job_kinds["attribute"]
    asked = {**ASKED, "units": "2", "low_pass": "2"}
    kind(**asked).run(LiveStudy(study, held.net, held.data), silent)
    for number in (1, 2):
        found = list(listed_attributions(study, "hidden", number))
        assert {each.question.low_pass for each in found} == {2.0}
    assert (
        kind(**asked).title == "saliency up to 2 cycles of units 1, 2 of hidden on 2 images of lab and field"
    )


def test_maps_of_both_sets_are_kept_and_titled(held):
    study = StoredStudy(held.path)
    kind = job_kinds["attribute"]
    kind(**ASKED).check(study)
    kind(**ASKED).run(LiveStudy(study, held.net, held.data), silent)
    found = list(listed_attributions(study, "hidden", 1))
    assert sorted(each.question.dataset for each in found) == ["field", "lab"]
    assert kind(**ASKED).title == "saliency of unit 1 of hidden on 2 images of lab and field"


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"method": "magic"}, BadRequest, "no method 'magic' here"),
        ({"samples": 0}, BadRequest, "from 1 to 200 images, and not 0"),
        ({"unit": 99}, NotInStudy, "99"),
        ({"focus": "moon"}, NotInStudy, "moon"),
    ],
)
def test_what_cannot_be_computed_is_refused(held, changed, error, said):
    with pytest.raises(error, match=said):
        job_kinds["attribute"](**{**ASKED, **changed}).check(StoredStudy(held.path))
