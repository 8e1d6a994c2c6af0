"""The job of an intervention: what cannot be changed is refused before it waits."""

import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.live import LiveStudy
from shiftscope.progress import silent
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import job_kinds

ASKED = {"layer": "conv", "units": "1, 3", "edit": "silence", "reference": "lab"}


def test_what_can_be_changed_is(held):
    study, kind = StoredStudy(held.path), job_kinds["intervene"](**ASKED)
    kind.check(study)
    kind.run(LiveStudy(study, held.net, held.data), silent)
    assert kind.title == "What units 1, 3 of conv do, silence"
    assert (held.path / "explanations" / "interventions").is_dir()


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"layer": "cone"}, NotInStudy, "closest: 'conv'"),
        ({"units": "1, 99"}, NotInStudy, "no unit 99"),
        ({"units": "-1"}, NotInStudy, "no unit -1"),
        ({"units": "one"}, BadRequest, "write numbers with commas between"),
        ({"units": " "}, BadRequest, "no unit to change"),
        ({"edit": "destroy"}, BadRequest, "it can be 'silence', 'clamp', 'replace'"),
        ({"reference": "lob"}, NotInStudy, "closest: 'lab'"),
    ],
)
def test_what_cannot_be_changed_is_refused(held, changed, error, said):
    with pytest.raises(error, match=said):
        job_kinds["intervene"](**{**ASKED, **changed}).check(StoredStudy(held.path))
