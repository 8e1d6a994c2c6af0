"""The queue with workers that are scripts: what is told of each that dies, hangs, fails or never starts."""

import sys
import time

import pytest

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.web.jobs import job_queue
from shiftscope.web.jobs.job_queue import JobQueue
from shiftscope.web.jobs.source import Source

# Answers by the number of features that it is asked for.
SCRIPT = """
import json, os, sys, time
source = json.loads(sys.stdin.readline())
def say(**message): print(json.dumps(message), flush=True)
if source["model"] == "none": say(trouble="no such model."); sys.exit()
if source["model"] == "dies": sys.exit(3)
say(ready=True)
print(5, "no message", flush=True)
print(5, flush=True)
cancelled = set()
for line in sys.stdin:
    asked = json.loads(line)
    if "cancel" in asked: continue
    number, size = asked["job"], asked["parameters"].get("size")
    say(job=number, name="", done=0, total=10)
    if size == 1: os._exit(7)
    if size == 2: os.kill(os.getpid(), 9)
    if size == 3: time.sleep(1000)
    if size == 4: say(job=number, state="failed", message="no rank."); continue
    if size == 5: time.sleep(0.5)
    say(job=number, name="", done=10, total=10)
    say(job=number, state="done")
"""


@pytest.fixture
def queue():
    made = []

    def make(model="model", **options):
        made.append(JobQueue(Source("x.study", model), command=[sys.executable, "-c", SCRIPT], **options))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def asked(queue, size, page="layers/hidden"):
    return queue.submit("derive", {"layer": "hidden", "kind": "pca", "size": size}, page)


def over(queue, job):
    until = time.monotonic() + 60
    while queue.job(job.number).under_way:
        assert time.monotonic() < until
        time.sleep(0.01)
    return queue.job(job.number)


def test_a_job_is_done_with_its_progress_and_the_next_is_expected_to_take_as_long(queue):
    jobs = queue()
    assert jobs.expected_seconds("derive", 10) is None
    done = over(jobs, asked(jobs, 9))
    assert (done.state, done.done, done.total, done.title) == ("done", 10, 10, "pca of hidden, 9 features")
    assert jobs.expected_seconds("derive", 20) == pytest.approx(2 * done.seconds)
    assert list(jobs.all()) == [done]
    assert jobs.trouble == ""


def test_what_waits_or_runs_is_asked_for_once(queue):
    jobs = queue()
    first, again, other = asked(jobs, 5), asked(jobs, 5, page="other"), asked(jobs, 9)
    assert first.number == again.number != other.number
    assert over(jobs, other).state == over(jobs, first).state == "done"
    assert asked(jobs, 5).number not in (first.number, other.number)  # it is over, so it is done again
    assert [job.number for job in jobs.all()] == sorted((job.number for job in jobs.all()), reverse=True)


@pytest.mark.parametrize(
    ("size", "told"),
    [(1, "ended with status 7"), (2, "was killed, as a system does whose memory runs out"), (4, "no rank.")],
)
def test_a_worker_that_dies_is_told_and_started_again(queue, size, told):
    jobs = queue()
    failed = over(jobs, asked(jobs, size))
    assert failed.state == "failed"
    assert told in failed.message
    assert over(jobs, asked(jobs, 9)).state == "done"


def test_a_worker_that_hangs_is_ended(queue):
    jobs = queue(silent_for=0.5)
    failed = over(jobs, asked(jobs, 3))
    assert "reported nothing for 0 seconds and was ended" in failed.message
    assert over(jobs, asked(jobs, 9)).state == "done"


def test_a_job_that_waits_or_runs_can_be_cancelled(queue):
    jobs = queue(cancelled_within=0.3)
    running, waiting = asked(jobs, 3), asked(jobs, 9)
    while jobs.job(running.number).state == "waiting":
        time.sleep(0.01)
    jobs.cancel(waiting.number)
    jobs.cancel(running.number)
    assert over(jobs, waiting).state == over(jobs, running).state == "cancelled"
    assert over(jobs, asked(jobs, 9)).state == "done"
    jobs.cancel(running.number)  # it is over already
    with pytest.raises(NotInStudy, match="no job 99"):
        jobs.cancel(99)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("none", "no such model."),
        ("dies", "While it loaded the model, the process that computes ended with status 3."),
    ],
)
def test_a_model_that_cannot_be_loaded_is_told_by_every_job(queue, model, told):
    jobs = queue(model)
    failed = over(jobs, asked(jobs, 9))
    assert failed.state == "failed"
    assert told in failed.message
    assert told in jobs.trouble


def test_a_command_that_is_none_is_told():
    jobs = JobQueue(Source("x.study", "m"), command=["/no/such/command"])
    assert "cannot be started" in over(jobs, asked(jobs, 9)).message
    jobs.stop()


def test_only_so_many_wait_and_so_many_that_are_over_are_kept(queue, monkeypatch):
    monkeypatch.setattr(job_queue, "MOST_WAITING", 2)
    monkeypatch.setattr(job_queue, "KEPT", 3)
    jobs = queue()
    running = asked(jobs, 3)
    while jobs.job(running.number).state == "waiting":
        time.sleep(0.01)
    asked(jobs, 10), asked(jobs, 11)
    with pytest.raises(BadRequest, match="2 jobs wait already"):
        asked(jobs, 12)
    jobs.stop()
    jobs = queue()
    for size in range(20, 26):
        over(jobs, asked(jobs, size))
    assert len(jobs.all()) == 4


def test_only_kinds_that_there_are_can_be_asked_for(queue):
    with pytest.raises(BadRequest, match=r"no kind of job named 'os\.system'"):
        queue().submit("os.system", {}, "")
