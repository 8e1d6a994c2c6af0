from __future__ import annotations

import copy
import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import shiftscope as ss
from shiftscope.engine.ranks import Ranks
from shiftscope.errors import BadRequest, StudyBusy
from shiftscope.store.disk import locks
from shiftscope.store.places import RecordingPlace
from tests.conftest import Made, Net
from tests.test_record import contents


@dataclasses.dataclass
class Counted:
    """Ten shards, some done; `elsewhere` are finished by others while this process works."""

    done: set[int]
    elsewhere: set[int] = dataclasses.field(default_factory=set)
    recorded: list[int] = dataclasses.field(default_factory=list)
    shards = range(10)

    def is_done(self, shard: int) -> bool:
        return shard in self.done

    def samples_in(self, shard: int) -> int:
        return 1

    def record(self, shards, advance) -> None:
        self.recorded += shards
        self.done |= {*shards, *self.elsewhere}
        advance(len(shards))


def test_a_rank_does_its_own_shards_and_then_helps_from_the_end():
    work = Counted(done={0}, elsewhere={9, 6})
    told: list[int] = []
    Ranks(1, 3).run(work, told.append)
    assert work.recorded == [1, 4, 7, 8, 5, 3, 2]
    assert sum(told) == 9  # all but the one that was done before, whoever did them


def test_every_shard_is_somebodys_first_task():
    firsts = []
    for rank in range(3):
        work = Counted(done=set())
        work.record = lambda shards, advance, work=work: (firsts.append(shards), work.done.update(range(10)))
        Ranks(rank, 3).run(work, lambda samples: None)
    assert sorted(shard for shards in firsts for shard in shards) == list(range(10))


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"RANK": "0", "WORLD_SIZE": "1"}, None),
        ({"RANK": "2", "WORLD_SIZE": "4"}, Ranks(2, 4)),
        ({"SLURM_PROCID": "1", "SLURM_NTASKS": "2"}, Ranks(1, 2)),
        ({"RANK": "0", "WORLD_SIZE": "2", "SLURM_PROCID": "1", "SLURM_NTASKS": "4"}, Ranks(0, 2)),
        ({"RANK": "1"}, None),
    ],
)
def test_the_launcher_says_which_process_this_is(environment, expected):
    assert Ranks.from_environment(environment) == expected


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"RANK": "one", "WORLD_SIZE": "2"}, "RANK='one'"),
        ({"RANK": "2", "WORLD_SIZE": "2"}, "rank 2 of 2"),
        ({"SLURM_PROCID": "-1", "SLURM_NTASKS": "2"}, "rank -1 of 2"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(environment, message):
    with pytest.raises(BadRequest, match=message):
        Ranks.from_environment(environment)


def test_ranks_cannot_replace_a_dataset(recorded, made):
    with pytest.raises(BadRequest, match="cannot replace a dataset"):
        recorded.record(made(seed=5), "field", engine=Ranks(0, 2), overwrite=True, progress=False)


def test_ranks_do_not_go_on_with_a_replacement_that_was_stopped(recorded, made):
    place = RecordingPlace(recorded.path, "field")
    place.folder.rename(place.replacement.folder)
    before = contents(recorded.path)
    with pytest.raises(BadRequest, match=r"a replacement of 'field' was stopped.* with one process"):
        recorded.record(made(seed=1), "field", engine=Ranks(0, 2), progress=False)
    assert contents(recorded.path) == before


def test_a_second_process_is_refused_while_one_records(recorded, made, monkeypatch):
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0.0)

    twin = copy.deepcopy(recorded.model)  # one model cannot be recorded twice at once

    class Meanwhile(made):
        def __getitem__(self, position):
            if position == 20:
                with pytest.raises(StudyBusy, match="another process works on 'third'"):
                    ss.open_study(recorded.path).record(made(seed=3), "third", model=twin, progress=False)
            return super().__getitem__(position)

    recorded.record(Meanwhile(seed=3), "third", stored_as="float16", progress=False)
    assert "third" in ss.open_study(recorded.path)


def test_a_dataset_recorded_meanwhile_stays_in_the_manifest(recorded, made):
    twin = copy.deepcopy(recorded.model)  # one model cannot be recorded twice at once

    class Meanwhile(made):
        def __getitem__(self, position):
            if position == 20:
                other = ss.open_study(recorded.path)
                if "other" not in other:
                    other.record(made(seed=4), "other", model=twin, progress=False)
            return super().__getitem__(position)

    recorded.record(Meanwhile(seed=3), "third", progress=False)
    assert set(ss.open_study(recorded.path)) == {"lab", "field", "other", "third"}


def two_datasets(path: str) -> None:
    torch.manual_seed(0)
    study = ss.Study.create(path, Net(), "abcd", exist_ok=True)
    study.record(Made(), "lab", layers=["conv", "hidden"], shard_samples=8, reference=True, progress=False)
    study.record(Made(seed=1), "field", shard_samples=8, progress=False)


def test_processes_started_together_make_the_study_of_one(tmp_path):
    code = "import sys; from tests.engine.test_ranks import two_datasets; two_datasets(sys.argv[1])"
    path = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, sys.path)])

    def start(rank: int) -> subprocess.Popen[bytes]:
        told = {"RANK": str(rank), "WORLD_SIZE": "2", "PYTHONPATH": path}
        words = [sys.executable, "-c", code, str(tmp_path / "together.study")]
        return subprocess.Popen(words, env={**os.environ, **told})

    processes = [start(rank) for rank in range(2)]
    two_datasets(str(tmp_path / "alone.study"))
    assert [process.wait(200) for process in processes] == [0, 0]
    assert contents(tmp_path / "together.study") == contents(tmp_path / "alone.study")
