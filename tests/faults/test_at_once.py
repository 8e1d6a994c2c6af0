"""Several at one study: recordings of one dataset and of two, and viewers meanwhile."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import shiftscope as ss
from shiftscope.engine.ranks import Ranks
from shiftscope.errors import StudyBusy
from shiftscope.store.disk import locks
from tests.conftest import Made, viewer
from tests.faults.conftest import counted_once, record, same_study
from tests.test_record import contents


class Waiting(Made):
    """Lets others come between in the midst of it."""

    def __getitem__(self, position):
        if position == 11:
            self.reached.set()
            assert self.go_on.wait(60)
        return super().__getitem__(position)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.reached, self.go_on = threading.Event(), threading.Event()


@pytest.fixture
def underway(tmp_path):
    """A recording of "lab" that stands still after its first shard."""
    data = Waiting(samples=20)
    with ThreadPoolExecutor(1) as other:
        ended = other.submit(record, tmp_path / "made.study", data)
        assert data.reached.wait(60)
        try:
            yield tmp_path / "made.study", data, ended
        finally:
            data.go_on.set()


def test_of_two_recordings_of_one_dataset_the_second_is_refused(calm, underway, monkeypatch, tried):
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0.0)
    study, data, ended = underway
    with pytest.raises(StudyBusy, match="another process works on 'lab'"):
        record(study)
    data.go_on.set()
    ended.result(60)
    same_study(study, calm)
    tried("two recordings of one dataset", "one refused with an error, identical")


def test_two_ranks_share_one_dataset(calm, tmp_path, tried):
    study = tmp_path / "made.study"
    with ThreadPoolExecutor(2) as both:
        running = [both.submit(record, study, Made(samples=20), engine=Ranks(rank, 2)) for rank in range(2)]
        for each in running:
            each.result(60)
    same_study(study, calm)
    tried("two ranks of one dataset", "identical")


def test_two_recordings_of_two_datasets_both_end(calm, underway, tried):
    study, data, ended = underway
    record(study, Made(samples=12, seed=1), "field")
    data.go_on.set()
    ended.result(60)
    opened = ss.open_study(study)
    assert set(opened) == {"lab", "field"}
    assert opened.verify().sound
    counted_once(opened)
    lab = {name: content for name, content in contents(study).items() if name.startswith("lab/")}
    assert lab == {name: content for name, content in contents(calm).items() if name.startswith("lab/")}
    tried("two recordings of two datasets", "identical")


def test_viewers_see_what_is_whole_while_a_dataset_is_recorded_and_the_rest_after(calm, tried):
    data = Waiting(samples=20, seed=1, scale=1.5)
    pages = ("/", "/layers/hidden", "/layers/hidden/units/3", "/datasets/lab")
    with ThreadPoolExecutor(1) as other:
        viewers = [viewer(ss.open_study(calm)) for _ in range(2)]
        ended = other.submit(record, calm, data, "field")
        assert data.reached.wait(60)
        try:
            for each in viewers:
                assert [each.get(page).status_code for page in pages] == [200] * len(pages)
        finally:
            data.go_on.set()
        while not ended.done():
            for each in viewers:
                assert each.get(pages[2]).status_code == 200
        ended.result()
    assert "field" in ss.open_study(calm)
    assert viewer(ss.open_study(calm)).get("/datasets/field").status_code == 200
    assert ss.open_study(calm).verify().sound
    tried("two viewers and a recording", "no error in any")
