"""Jobs beside a pass: in order, bounded, and none left when the pass is over, however it ended."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from shiftscope.recording.background import Background


def running():
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("shiftscope")]


def test_jobs_are_done_in_order_and_before_the_context_ends():
    done = []

    def job(number):
        time.sleep(0.01 / (number + 1))
        done.append((number, threading.current_thread() is threading.main_thread()))

    with Background(ahead=3) as background:
        for number in range(6):
            background.submit(job, number)
    assert done == [(number, False) for number in range(6)]
    assert running() == []


def test_submit_waits_until_the_job_before_is_done():
    unfinished, most = 0, 0
    lock = threading.Lock()

    def job():
        nonlocal unfinished
        time.sleep(0.005)
        with lock:
            unfinished -= 1

    with Background() as background:
        for _ in range(8):
            background.submit(job)
            with lock:
                unfinished += 1
                most = max(most, unfinished)
    assert most <= 1


def test_a_job_runs_while_its_giver_goes_on():
    here, there = threading.Event(), threading.Event()

    def job():
        there.set()
        assert here.wait(10)

    with Background() as background:
        background.submit(job)
        assert there.wait(10)
        here.set()


def run(*jobs, ahead=2, ending=None):
    """Submit jobs, perhaps with an error of the giver's own at the end."""
    with Background(ahead) as background:
        for job in jobs:
            background.submit(job)
        if ending is not None:
            raise ending


def fail():
    raise OSError("no space left")


def test_an_error_is_raised_by_the_next_submit_and_later_jobs_are_dropped():
    done = []
    with pytest.raises(OSError, match="no space left"):
        run(fail, *[lambda: done.append(1)] * 5)
    assert done == []
    assert running() == []


def test_an_error_of_the_last_job_is_raised_where_the_context_ends():
    with pytest.raises(OSError, match="no space left"):
        run(fail)


def test_an_error_inside_leaves_when_the_jobs_before_it_are_done():
    done = []

    def job():
        time.sleep(0.02)
        done.append(1)

    with pytest.raises(KeyboardInterrupt):
        run(job, job, ending=KeyboardInterrupt())
    assert done == [1, 1]
    assert running() == []


def test_an_error_inside_tells_of_a_job_that_failed_too():
    with pytest.raises(ValueError, match="the pass") as raised:
        run(fail, ending=ValueError("the pass"))
    assert "no space left" in raised.value.__notes__[0]


@pytest.fixture
def interruptible():
    """Ctrl-C interrupts, also where a shell started the tests in its background and has them ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_another_interrupt_drops_what_has_not_begun_and_waits_for_what_has():
    release, done = threading.Event(), []

    def job():
        release.wait(10)
        done.append(1)

    def press():
        for _ in range(2):
            time.sleep(0.2)
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        time.sleep(0.2)
        release.set()

    impatient = threading.Thread(target=press)
    impatient.start()
    with pytest.raises(KeyboardInterrupt):
        run(job, job, job, ahead=3, ending=KeyboardInterrupt())
    impatient.join()
    assert done == [1]
    assert running() == []
