"""The job of a unit's high frequencies: as the verb keeps them, and what is not there is refused before."""

import pytest

from shiftscope.errors import NotInStudy
from shiftscope.explain.attribution.downsampling.stored_downsampling import listed_downsampling
from shiftscope.live import LiveStudy
from shiftscope.progress import silent
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import job_kinds

ASKED = {"layer": "hidden", "unit": 1, "focus": "field"}


def test_it_is_kept_of_the_focus(held):
    study, kind = StoredStudy(held.path), job_kinds["downsampling"](**ASKED)
    kind.check(study)
    kind.run(LiveStudy(study, held.net, held.data), silent)
    (found,) = listed_downsampling(study, "hidden")
    assert (found.question.dataset, found.question.unit) == ("field", 1)
    assert kind.title == "High frequencies of the gradient of unit 1 of hidden on field"


@pytest.mark.parametrize("changed", [{"layer": "moon"}, {"unit": 99}, {"focus": "moon"}])
def test_what_is_not_there_is_refused(held, changed):
    with pytest.raises(NotInStudy):
        job_kinds["downsampling"](**ASKED | changed).check(StoredStudy(held.path))
