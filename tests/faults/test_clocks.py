"""A clock that is set back: nothing is decided by the time of a file."""

from __future__ import annotations

import os
import time

import pytest

import shiftscope as ss
from tests.conftest import Made
from tests.faults.conftest import Interrupted, record, same_study

HOUR = 3600.0


@pytest.mark.parametrize("back", [HOUR, 30 * 365 * 24 * HOUR])
def test_a_clock_set_back_between_two_shards_changes_nothing(calm, tmp_path, back, monkeypatch, tried):
    study, now = tmp_path / "made.study", time.time

    class SetBack(Made):
        def __getitem__(self, position):
            if position == 13:
                monkeypatch.setattr(time, "time", lambda: now() - back)
                for file in study.rglob("*"):
                    os.utime(file, (now() + back, now() + back))  # what is there is of the future
            if position == 17 and len(self.read) > 2:
                raise Interrupted
            return super().__getitem__(position)

    with pytest.raises(Interrupted):
        record(study, SetBack(samples=20))
    record(study)
    same_study(study, calm)
    tried("clock set back while recording", "identical")


@pytest.mark.parametrize("back", [0.0, HOUR, 30 * 365 * 24 * HOUR])
def test_kept_scores_go_by_content_and_not_by_time(calm, tmp_path, back, tried):
    """A dataset is replaced, and every file gets the time, or an earlier one, of when scores were kept."""
    record(calm, Made(samples=20, seed=1, scale=1.5), "field")
    before, then = ss.open_study(calm).scores("hidden"), time.time()
    record(calm, Made(samples=20, seed=2, scale=1.5), "field", overwrite=True)
    for file in calm.rglob("*"):
        if "explanations" not in file.parts:
            os.utime(file, (then - back, then - back))
    after = ss.open_study(calm).scores("hidden")
    fresh = tmp_path / "fresh.study"
    record(fresh)
    record(fresh, Made(samples=20, seed=2, scale=1.5), "field")
    assert after.equals(ss.open_study(fresh).scores("hidden"))
    assert not after.equals(before)
    tried("clock set back, kept scores", "identical")
