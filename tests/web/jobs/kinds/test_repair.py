"""The job of a search: what it finds is kept, and nothing where it is cancelled."""

from contextlib import contextmanager

import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.explain.interventions.repair import RepairQuestion
from shiftscope.explain.interventions.stored_repairs import read_repair
from shiftscope.live import LiveStudy
from shiftscope.progress import silent
from shiftscope.store.stored_study import StoredStudy
from shiftscope.study import Study
from shiftscope.web.jobs.kind import job_kinds

ASKED = {"margin": 0.05, "most": 3, "seed": 0, "layer": "hidden", "reference": "lab"}


def test_what_is_found_is_kept_and_titled(held):
    study = StoredStudy(held.path)
    live = LiveStudy(study, held.net, held.data)
    kind = job_kinds["repair"]
    kind(dataset="field", **ASKED).run(live, silent)
    assert read_repair(study, RepairQuestion.of(study, "field", margin=0.05, most=3)).held_out.keys() == {
        "lab",
        "field",
    }
    assert (
        kind(dataset="field", **ASKED).title
        == "A repair of hidden for field, margin 5 points of lab, 3 units at most"
    )


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"dataset": "feld"}, NotInStudy, "closest: 'field'"),
        ({"dataset": "lab"}, BadRequest, "is the reference itself"),
        ({"layer": "conv"}, BadRequest, "does not feed the linear head"),
        ({"reference": "lob"}, NotInStudy, "closest: 'lab'"),
        ({"margin": 1.5}, BadRequest, "a margin is from 0 to 1"),
        ({"margin": float("nan")}, BadRequest, "a margin is from 0 to 1"),
        ({"most": 0}, BadRequest, "at least one unit is tried"),
    ],
)
def test_what_cannot_be_searched_is_refused(held, changed, error, said):
    asked = {"dataset": "field", **ASKED}
    job_kinds["repair"](**asked).check(StoredStudy(held.path))
    with pytest.raises(error, match=said):
        job_kinds["repair"](**{**asked, **changed}).check(StoredStudy(held.path))


def test_a_set_of_summaries_is_not_searched(held):
    Study.create(held.path, held.net, exist_ok=True).record(
        held.data["field"], "sums", keep="summaries", progress=False
    )
    with pytest.raises(NotInStudy, match='recorded with keep="summaries"'):
        job_kinds["repair"](dataset="sums", **ASKED).check(StoredStudy(held.path))


def test_a_search_that_is_cancelled_keeps_nothing(held):
    @contextmanager
    def cancelled(name, done, total, counted):
        def advance(steps):
            raise KeyboardInterrupt

        assert (total, counted) == (18, "steps")
        yield advance

    live = LiveStudy(StoredStudy(held.path), held.net, held.data)
    with pytest.raises(KeyboardInterrupt):
        job_kinds["repair"](dataset="field", **ASKED).run(live, cancelled)
    assert not (held.path / "explanations" / "repairs").exists()
