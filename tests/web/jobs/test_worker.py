"""Faults of the process that computes: what was finished stays, nothing is counted twice, and the next job is done."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shiftscope.flow.scores import score_all
from shiftscope.jobs import Job
from shiftscope.scores.estimation.stored_estimates import lacking_estimates
from shiftscope.study import open_study
from shiftscope.web.jobs.job_queue import JobQueue
from tests.conftest import mostly_slow
from tests.test_record import contents

from .held import Held
from .models import BATCH, HeldNet

Queues = Callable[..., JobQueue]

PATIENCE = 120.0  # seconds until what does not come is an error


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def asked(queue: JobQueue, units: str) -> Job:
    parameters = {"layer": "conv", "units": units, "edit": "silence", "reference": "lab"}
    return queue.submit("intervene", parameters, "interventions")


def derived(queue: JobQueue, size: int) -> Job:
    return queue.submit("derive", {"layer": "hidden", "kind": "pca", "size": size}, "layers/hidden")


def scored(queue: JobQueue) -> Job:
    return queue.submit("scores", {"reference": "lab"}, "layers/hidden")


def over(queue: JobQueue, job: Job) -> Job:
    until(lambda: not queue.job(job.number).under_way)
    return queue.job(job.number)


def reach(queue: JobQueue, job: Job, samples: int) -> None:
    until(lambda: queue.job(job.number).done >= samples)


def kill(queue: JobQueue) -> None:
    assert queue._worker is not None
    os.kill(queue._worker._process.pid, signal.SIGKILL)


def same_answers(held: Held, units: list[int]) -> None:
    """What is kept is what the model at hand answers without a worker."""
    study = open_study(held.path)
    net = HeldNet()
    net.load_state_dict(held.net.state_dict())
    found = study.intervene("conv", units, model=net, data=held.data, progress=False)
    shutil.rmtree(held.path / "explanations" / "interventions")
    anew = open_study(held.path).intervene("conv", units, model=net, data=held.data, progress=False)
    for name in ("lab", "field"):
        np.testing.assert_array_equal(found.answers[name].after, anew.answers[name].after)


@pytest.mark.slow
def test_a_model_that_fails_prints_or_leaves_costs_its_job_alone(held: Held, queue_of: Queues) -> None:
    queue = queue_of()
    for word, told in (
        ("fails", "what a model says"),
        ("has no memory", "memory ran out"),
        ("leaves", "SystemExit: 5"),
        ("full", "the disk is full"),
    ):
        held.say(word)
        failed = over(queue, asked(queue, "1"))
        assert failed.state == "failed"
        assert told in failed.message
        if word == "full":
            failed = over(queue, scored(queue))
            assert failed.state == "failed"
            assert told in failed.message
    held.say("prints")
    done = over(queue, asked(queue, "1"))
    assert (done.state, done.done, done.total) == ("done", 4 * BATCH, 4 * BATCH)
    same_answers(held, [1])
    study = open_study(held.path)
    assert over(queue, scored(queue)).state == "done"  # the disk has room again
    assert lacking_estimates(study, "lab") == {}
    for size, told in ((300, "size=300 for"), (-1, "size=-1 for"), (10**17, "features of the")):
        failed = over(queue, derived(queue, size))
        assert failed.state == "failed"
        assert told in failed.message


def test_a_job_is_cancelled_between_two_batches_and_what_was_finished_is_kept(
    held: Held, queue_of: Queues
) -> None:
    queue = queue_of(cancelled_within=PATIENCE)
    held.say(3)
    running = asked(queue, "1")
    until(lambda: list(held.path.glob("explanations/interventions/**/result.json")))  # one dataset is done
    worker = queue._worker
    queue.cancel(running.number)
    assert queue.job(running.number).cancelling
    time.sleep(2)  # it has heard, on a busy machine too
    held.say(1000)
    assert over(queue, running).state == "cancelled"
    again = over(queue, asked(queue, "1"))
    assert (again.state, again.total) == ("done", 2 * BATCH)  # of the dataset that was not finished
    assert queue._worker is worker  # which held the model all the time
    same_answers(held, [1])


@pytest.mark.slow
def test_a_pass_that_takes_too_long_to_cancel_is_ended_with_its_process(held: Held, queue_of: Queues) -> None:
    queue = queue_of(cancelled_within=0.2)
    held.say(1)
    running = asked(queue, "1")
    reach(queue, running, BATCH)
    queue.cancel(running.number)
    assert over(queue, running).state == "cancelled"
    held.say(1000)
    assert over(queue, asked(queue, "1")).state == "done"
    same_answers(held, [1])


@pytest.mark.slow
def test_a_worker_killed_in_a_pass_with_nothing_to_do_or_while_it_writes_is_started_again(
    held: Held, queue_of: Queues
) -> None:
    queue = queue_of()
    held.say(3)
    running = asked(queue, "1")
    until(lambda: list(held.path.glob("explanations/interventions/**/result.json")))  # one dataset is done
    kill(queue)
    failed = over(queue, running)
    assert failed.state == "failed"
    assert "was killed, as a system does whose memory runs out" in failed.message
    held.say("die 1")
    failed = over(queue, asked(queue, "1"))  # it has answered, and dies at the first change of the disk
    assert failed.state == "failed"
    assert failed.total == 2 * BATCH
    held.say(1000)
    again = over(queue, asked(queue, "1"))
    assert (again.state, again.total) == ("done", 2 * BATCH)
    kill(queue)
    until(lambda: not queue._worker.running)
    assert over(queue, asked(queue, "2")).state == "done"
    same_answers(held, [1])


@pytest.mark.slow
@pytest.mark.parametrize("change", [3, 12])
def test_a_layer_whose_worker_was_killed_while_it_wrote_is_what_it_would_have_been(
    held: Held, queue_of: Queues, tmp_path: Path, change: int
) -> None:
    calm = tmp_path / "calm.study"
    shutil.copytree(held.path, calm)
    made = open_study(calm)
    made.derive("hidden", "pca", size=3, progress=False)
    score_all(made)
    queue = queue_of()
    held.say(f"die {change}")
    assert over(queue, derived(queue, 3)).state == "failed"
    held.say(1000)
    assert over(queue, derived(queue, 3)).state == "done"
    ours, theirs = contents(held.path), contents(calm)
    assert sorted(ours) == sorted(theirs)
    assert [name for name in theirs if ours[name] != theirs[name]] == []


def test_a_worker_killed_while_it_loads_is_told_and_started_again_for_the_next_job(
    held: Held, queue_of: Queues
) -> None:
    queue = queue_of("tests.web.jobs.models:dying")
    failed = over(queue, asked(queue, "1"))
    assert failed.state == "failed"
    assert "While it loaded the model, the process that computes was killed" in failed.message
    assert queue.trouble == failed.message


def test_a_job_asked_for_while_the_model_loads_waits_and_can_be_cancelled(
    held: Held, queue_of: Queues
) -> None:
    queue = queue_of("tests.web.jobs.models:slow_to_load")
    job = asked(queue, "1")
    until(lambda: queue._worker)
    assert queue.job(job.number).state == "waiting"
    assert queue.trouble == "The model is being loaded."
    queue.cancel(job.number)
    assert queue.job(job.number).state == "cancelled"


def test_another_model_is_told_as_the_trouble(held: Held, queue_of: Queues) -> None:
    queue = queue_of("tests.web.jobs.models:other")
    until(lambda: "loaded" not in queue.trouble)
    assert "weights" in queue.trouble
    assert over(queue, asked(queue, "1")).message == queue.trouble


@pytest.mark.slow
def test_data_that_are_missing_are_told_and_the_others_are_answered(held: Held, queue_of: Queues) -> None:
    queue = queue_of(data={"lab": held.data["lab"]})
    failed = over(queue, asked(queue, "1"))
    assert failed.state == "failed"
    assert "'field' was recorded from data in memory" in failed.message
    assert failed.done == 2 * BATCH
    kept = open_study(held.path).intervene("conv", [1], model=held.net, data={"lab": held.data["lab"]})
    assert list(kept.answers) == ["lab"]


VIEWER = """
import sys, time
from pathlib import Path
from shiftscope.web.jobs.job_queue import JobQueue
from shiftscope.web.jobs.source import Source
from tests.web.jobs.held import Held
study, folder, model = sys.argv[1:]
held = Held.copied(Path(study), Path(folder))
held.say(1)
queue = JobQueue(Source.of(held.path, model or held.net, data=held.data))
while not queue._worker: time.sleep(0.01)
if not model:
    job = queue.submit("intervene", {"layer": "conv", "units": "1", "edit": "silence", "reference": "lab"}, "")
    while queue.job(job.number).done < 64: time.sleep(0.01)
print(queue._worker._process.pid, queue._source.pickled, flush=True)
time.sleep(1000)
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("model", mostly_slow(["", "tests.web.jobs.models:slow_to_load"]))
def test_the_worker_of_a_killed_viewer_ends_and_takes_its_file_along(
    held: Held, tmp_path: Path, model: str
) -> None:
    (tmp_path / "seen").mkdir()
    viewer = subprocess.Popen(
        [sys.executable, "-c", VIEWER, held.path, tmp_path / "seen", model],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert viewer.stdout is not None
    worker, file = viewer.stdout.readline().split()
    assert Path("/proc", worker).exists()
    assert Path(file).exists()
    if model:
        time.sleep(1)  # it has begun to load
    viewer.kill()
    viewer.communicate()
    until(lambda: not _lives(worker))
    assert not Path(file).exists()


def _lives(process: str) -> bool:
    try:
        return ") Z" not in Path("/proc", process, "stat").read_text()  # one that nobody waits for
    except OSError:
        return False
