"""Recording on Dask workers: the bytes of one process, whoever dies."""

import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest
import torch

from shiftscope.engine.ranks import Ranks
from shiftscope.errors import BadRequest, ClusterError, DataError
from shiftscope.store.writing import merged_runs as runs
from shiftscope.study import Study

from ..conftest import Made, Net
from .conftest import Deadly, contents

distributed = pytest.importorskip("distributed", reason="the package distributed is not installed")

import dask  # noqa: E402

from shiftscope.engine import cluster  # noqa: E402  # needs the package


@pytest.fixture(scope="module")
def client(sent_by_value):
    """Two workers."""
    with cluster.own_workers(2) as own:
        yield own.client


def record(study, data, engine=None, **options):
    options = {"shard_samples": 8, "batch_size": 4, **options}
    return study.record(data, "lab", layers=["conv", "hidden"], engine=engine, progress=False, **options)


@pytest.fixture
def deadly(tmp_path):
    """Noise of 100 samples, some of which kill the process that reads them."""

    def make(*positions, **options):
        (tmp_path / "marks").mkdir()
        marks = str(tmp_path / "marks")
        return Deadly(100, deadly=positions, client=os.getpid(), marks=marks, **options)

    return make


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one process writes of 100 samples."""
    torch.manual_seed(0)
    study = Study.create(tmp_path_factory.mktemp("alone") / "alone.study", Net(), tuple("abcd"))
    record(study, Made(100))
    return contents(study.path)


def test_a_study_of_two_workers_is_that_of_one_process_and_of_ranks(client, new_study, made, monkeypatch):
    """With summaries merged from runs, of which the workers merge theirs, and from single shards."""
    data = {"samples": 170, "unlabelled": frozenset({5}), "broken": frozenset({60})}
    alone, workers, ranks = (new_study(name=name) for name in ("alone", "workers", "ranks"))
    record(workers, made(**data), client, on_error="skip")
    for rank in (1, 0):
        record(ranks, made(**data), Ranks(rank, 2), on_error="skip")
    monkeypatch.setattr(runs, "TOGETHER", 2**20)  # nothing is merged before the end
    record(alone, made(**data), on_error="skip")
    expected = contents(alone.path)
    assert len(expected) > 60
    assert contents(workers.path) == expected
    assert contents(ranks.path) == expected


def test_progress_tells_every_sample_once(client, new_study, made):
    told = []

    class Watched(cluster.Cluster):
        def run(self, work, advance):
            super().run(work, told.append)

    record(new_study(), made(20), Watched(client))
    assert sorted(told) == [4, 8, 8]


def test_an_error_in_a_sample_is_that_of_one_process(client, new_study, made):
    said = []
    for engine in (None, client):
        study = new_study(name=f"{engine is None}")
        with pytest.raises(DataError) as error:
            record(study, made(100, broken=frozenset({3})), engine, shard_samples=100)
        said.append(str(error.value))
        assert contents(study.path).keys() == {"study.json"}
    assert said[0] == said[1]
    assert said[0].startswith("sample 3 cannot be read.")


def test_after_an_error_workers_have_no_job_and_finished_shards_are_gone_on_with(
    client, new_study, made, alone
):
    study = new_study()
    with pytest.raises(DataError, match="sample 99 cannot be read"):
        record(study, made(100, broken=frozenset({99})), client)
    plugins = client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.worker_plugins))
    assert not [name for name in plugins if name.startswith("shiftscope")]
    assert study.unfinished() == ["lab"]
    record(study, made(100), client)
    assert contents(study.path) == alone


def test_a_worker_that_does_not_see_the_folder_is_named_before_anything_is_recorded(
    client, new_study, made, monkeypatch
):
    monkeypatch.setattr(cluster, "_token_name", lambda token: f".{token}-elsewhere.part")
    study = new_study()
    with pytest.raises(ClusterError, match=r"the worker tcp://.*does not see .*on a disk that they share"):
        record(study, made(20), client)
    assert contents(study.path).keys() == {"study.json"}


def test_a_worker_that_joins_later_and_does_not_see_the_folder_is_named(client, new_study, made, monkeypatch):
    monkeypatch.setattr(cluster.Cluster, "_refuse_blind_workers", lambda self, folder, token: None)
    test_a_worker_that_does_not_see_the_folder_is_named_before_anything_is_recorded(
        client, new_study, made, monkeypatch
    )


def test_what_cannot_be_sent_is_told(client, new_study, made):
    data = made(20)
    data.lock = threading.Lock()
    with pytest.raises(ClusterError, match=r"cannot be sent to workers: TypeError: cannot pickle"):
        record(new_study(), data, client)


def test_what_a_worker_cannot_load_is_told(client, new_study, made, monkeypatch):
    here = type(sys)("only_here")
    here.Missing = type("Missing", (), {"__module__": "only_here"})
    monkeypatch.setitem(sys.modules, "only_here", here)
    data = made(20)
    data.missing = here.Missing()
    with pytest.raises(
        ClusterError, match=r"cannot load the model and the data: ModuleNotFoundError.*only_here"
    ):
        record(new_study(), data, client)


def test_a_gpu_is_asked_for_where_a_worker_offers_one(client):
    offering = SimpleNamespace(workers={"a": SimpleNamespace(resources={"GPU": 1.0})})
    assert cluster._gpus_offered(offering)
    assert cluster.Cluster(client)._resources() is None
    assert cluster.Cluster(client, resources={"big": 2})._resources() == {"big": 2}


@pytest.mark.parametrize(
    ("device", "worker", "seen", "own"),
    [
        ("cuda", 5, 4, "cuda:1"),
        ("cuda", 3, 1, "cuda"),  # CUDA_VISIBLE_DEVICES has chosen
        ("cuda", "SLURMCluster-3", 4, "cuda"),
        ("cuda:2", 1, 4, "cuda:2"),
        ("cpu", 1, 4, "cpu"),
    ],
)
def test_numbered_workers_have_a_gpu_each(device, worker, seen, own, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: seen)
    assert cluster.own_device(device, worker) == own


def test_a_device_that_a_worker_has_not_is_told(client, new_study, made):
    study = new_study()
    with pytest.raises(BadRequest, match="the model cannot go to the device 'cuda:77'"):
        record(study, made(20), cluster.Cluster(client, device="cuda:77"))
    assert contents(study.path).keys() == {"study.json"}


def test_no_scheduler_at_an_address_is_told():
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "100ms"}),
        pytest.raises(ClusterError, match="no Dask scheduler answers at"),
        cluster.connected("tcp://127.0.0.1:1"),
    ):
        pass


def test_a_shard_that_kills_every_worker_ends_the_recording_and_the_rest_is_kept(
    client, new_study, deadly, alone, made, monkeypatch
):
    monkeypatch.setattr(client.cluster.scheduler, "allowed_failures", 0)
    study = new_study()
    with pytest.raises(ClusterError, match=r"a shard's worker died 1 times.*the same call goes on"):
        record(study, deadly(99), client)
    assert study.unfinished() == ["lab"]
    record(study, made(100))
    assert contents(study.path) == alone


@pytest.fixture
def two_processes(tmp_path, sent_by_value):
    """A scheduler and a worker with a GPU, as it says, as they are started by hand: their processes, the address."""
    import json
    import time

    told = tmp_path / "scheduler.json"
    module = [sys.executable, "-m", "distributed.cli"]
    scheduler = ["dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
    worker = ["dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--resources", "GPU=1"]
    started = [
        subprocess.Popen(
            [*module[:2], f"{module[2]}.{words[0]}", *words[1:], "--scheduler-file", str(told)],
            cwd=tmp_path,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        for words in (scheduler, worker)
    ]
    for _ in range(600):
        if told.exists() and (words := told.read_text()):
            break
        time.sleep(0.1)
    yield started, json.loads(words)["address"]
    for process in started:
        process.kill()
        process.wait()


def test_after_the_scheduler_died_the_study_is_gone_on_with(two_processes, new_study, deadly, alone, made):
    (scheduler, _), address = two_processes
    study = new_study()
    soon = dask.config.set({"distributed.comm.timeouts.connect": "3s"})  # a client tries so long to reconnect
    with soon, cluster.connected(address) as engine:
        engine.client.wait_for_workers(1)
        assert engine._resources() == {"GPU": 1}
        with pytest.raises(ClusterError, match=r"scheduler.*the same call goes on"):
            record(study, deadly(50, victim=scheduler.pid), engine)
    assert study.unfinished() == ["lab"]
    done = len(list((study.path / "lab" / "shards").glob("*.done")))
    assert 0 < done < 13
    record(study, made(100))
    assert contents(study.path) == alone


@pytest.mark.parametrize(
    "positions",
    [
        pytest.param((20,), id="one worker"),
        pytest.param((4, 12), id="both workers", marks=pytest.mark.slow),
    ],
)
def test_shards_of_killed_workers_are_done_again(client, new_study, deadly, alone, positions, tmp_path):
    study = new_study()
    record(study, deadly(*positions), client)
    assert len(list((tmp_path / "marks").iterdir())) == len(positions)
    assert contents(study.path) == alone


def test_codes_of_two_workers_are_those_of_one_process(client, new_study):
    one, two = (new_study(name=name) for name in ("one", "two"))
    for study in (one, two):
        record(study, Made(100))
    one.derive("hidden", "pca", size=3, progress=False)
    two.derive("hidden", "pca", size=3, engine=client, progress=False)
    assert list(two.layers) == ["conv", "hidden", "hidden~pca3"]
    assert contents(two.path) == contents(one.path)
