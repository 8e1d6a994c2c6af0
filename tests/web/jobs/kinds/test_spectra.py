"""The job of spectra: as the verb keeps them, and never of the reference."""

import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.visualisation.spectra.stored_spectra import listed_spectra
from shiftscope.live import LiveStudy
from shiftscope.progress import silent
from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.jobs.kind import job_kinds


def test_they_are_kept_of_the_dataset(held):
    study, kind = StoredStudy(held.path), job_kinds["spectra"](dataset="field", range="-8 8")
    kind.check(study)
    kind.run(LiveStudy(study, held.net, held.data), silent)
    (found,) = listed_spectra(study, "field")
    assert (found.dataset, found.reference) == ("field", "lab")
    assert kind.title == "Spectra of the images of field"


@pytest.mark.parametrize(("name", "error"), [("lab", BadRequest), ("moon", NotInStudy)])
def test_others_are_refused(held, name, error):
    with pytest.raises(error):
        job_kinds["spectra"](dataset=name).check(StoredStudy(held.path))


def test_a_range_of_no_sense_is_refused(held):
    with pytest.raises(BadRequest, match="is no range"):
        job_kinds["spectra"](dataset="field", range="1").check(StoredStudy(held.path))
