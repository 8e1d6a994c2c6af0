"""What pages asked for, one after the other, done by a worker process that is started again when it ends."""

from __future__ import annotations

import dataclasses
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from shiftscope.errors import BadRequest, NotInStudy
from shiftscope.jobs import Job
from shiftscope.web.jobs.kind import job_kinds
from shiftscope.web.jobs.source import Source

MOST_WAITING = 20
KEPT = 100  # jobs that are over
SILENT_FOR = 600.0  # seconds without a word, after which the worker counts as hung
CANCELLED_WITHIN = 5.0  # seconds, after which it is ended with its job
STARTS_WITHIN = 600.0  # seconds, in which it loads the model and looks at the data
COMMAND = (sys.executable, "-m", "shiftscope.web.jobs.worker")


class JobQueue:
    """A `Jobs` that has them done.

    Parameters
    ----------
    source
        What the worker opens.
    command
        That starts it.
    """

    def __init__(
        self,
        source: Source,
        *,
        command: Sequence[str] = COMMAND,
        silent_for: float = SILENT_FOR,
        cancelled_within: float = CANCELLED_WITHIN,
    ) -> None:
        self._source, self._command = source, list(command)
        self._silent_for, self._cancelled_within = silent_for, cancelled_within
        self._changed = threading.Condition()
        self._jobs: dict[int, Job] = {}
        self._parameters: dict[int, Mapping[str, Any]] = {}  # of each job, in their own types
        self._rates: dict[str, float] = {}  # seconds a sample or unit of the last job of each kind
        self._cancelling: dict[int, float] = {}
        self._trouble = ""
        self._changes = 0
        self._over = False
        self._worker: _Worker | None = None
        self._thread = threading.Thread(target=self._run, name="shiftscope jobs", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str:
        return self._trouble

    @property
    def changes(self) -> int:
        return self._changes

    def all(self) -> Sequence[Job]:
        with self._changed:
            return [*reversed(self._jobs.values())]

    def job(self, number: int) -> Job:
        with self._changed:
            if number not in self._jobs:
                raise NotInStudy(f"no job {number}.")
            return self._jobs[number]

    def expected_seconds(self, kind: str, size: int) -> float | None:
        rate = self._rates.get(kind)
        return None if rate is None else rate * size

    def submit(self, kind: str, parameters: Mapping[str, Any], page: str) -> Job:
        """Ask for a job; for one that waits or runs already, that one.

        Raises
        ------
        BadRequest
            No such kind, or as many jobs wait as may.
        """
        title = job_kinds[kind](**parameters).title
        texts = {name: str(value) for name, value in parameters.items()}
        with self._changed:
            for each in self._jobs.values():
                if each.under_way and _is(each, kind, texts):
                    return each
            waiting = sum(each.state == "waiting" for each in self._jobs.values())
            if waiting >= MOST_WAITING:
                raise BadRequest(f"{waiting} jobs wait already; cancel one, or wait until one is done.")
            for number in [n for n, each in self._jobs.items() if not each.under_way][:-KEPT]:
                del self._jobs[number], self._parameters[number]
            number = max(self._jobs, default=0) + 1
            job = Job(number, kind, texts, title, page, asked=time.time())
            self._jobs[number] = job
            self._parameters[number] = dict(parameters)
            self._changes += 1
            self._changed.notify_all()
            return job

    def cancel(self, number: int) -> None:
        """End a job that waits or runs; what it has finished is kept."""
        with self._changed:
            job = self.job(number)
            if job.state == "waiting":
                self._set(number, state="cancelled")
            elif job.state == "running":
                self._cancelling.setdefault(number, time.monotonic())
                self._set(number, cancelling=True)
                if self._worker:
                    self._worker.say(cancel=number)

    def stop(self) -> None:
        """End the worker and whatever it does."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
            if self._worker:
                self._worker.kill()
        self._thread.join(timeout=5)
        if self._source.pickled:
            Path(self._source.pickled).unlink(missing_ok=True)

    def _run(self) -> None:
        self._start()
        while (number := self._next()) is not None:
            if self._worker and not self._worker.running:
                self._worker = None  # it ended with nothing to do
            ready = self._worker is not None or self._start()
            with self._changed:
                if self._jobs[number].state != "waiting":  # cancelled while the model was loaded
                    continue
                if ready:
                    self._set(number, state="running")
                else:
                    self._set(number, state="failed", message=self._trouble)
                    continue
            self._do(number)

    def _next(self) -> int | None:
        """The job that has waited longest; None at the end."""
        with self._changed:
            while not self._over:
                for number, job in self._jobs.items():
                    if job.state == "waiting":
                        return number
                self._changed.wait()
        return None

    def _start(self) -> bool:
        """Whether there is a worker that has loaded the model; `trouble` says why not."""
        self._trouble = "The model is being loaded."
        with self._changed:
            if self._over:
                return False
            try:
                worker = self._worker = _Worker(self._command, self._source)
            except OSError as error:
                self._trouble = f"The process that computes cannot be started: {error}."
                return False
        message = worker.hear(STARTS_WITHIN)
        if message and message.get("ready"):
            self._trouble = ""
            return True
        told = message.get("trouble") if message else None
        how = "reported nothing" if worker.alive else worker.ended()
        worker.kill()
        self._worker = None
        self._trouble = told or f"While it loaded the model, the process that computes {how}."
        return False

    def _do(self, number: int) -> None:
        worker, began = self._worker, time.monotonic()
        assert worker is not None
        job = self.job(number)
        worker.say(job=number, kind=job.kind, parameters=self._parameters[number])
        heard = began
        while True:
            message = worker.hear(0.2)
            now = time.monotonic()
            if message is not None:
                heard = now
                if message.get("job") != number:
                    continue
                if "state" in message:
                    self._ended(number, message["state"], message.get("message", ""), now - began)
                    return
                self._set(number, done=message.get("done", 0), total=message.get("total", 0))
            elif not worker.alive:
                self._lose(
                    number,
                    f"The process that computes {worker.ended()}. It is started again for the next job.",
                )
                return
            elif (asked := self._cancelling.get(number)) and now - asked > self._cancelled_within:
                self._lose(number, "", state="cancelled")
                return
            elif now - heard > self._silent_for:
                self._lose(number, f"The process that computes {self._silence}.")
                return

    @property
    def _silence(self) -> str:
        return f"reported nothing for {self._silent_for:.0f} seconds and was ended"

    def _ended(self, number: int, state: str, message: str, seconds: float) -> None:
        job = self.job(number)
        if state == "done" and job.total:
            self._rates[job.kind] = seconds / job.total
        self._set(number, state=state, message=message, seconds=seconds)

    def _lose(self, number: int, message: str, state: str = "failed") -> None:
        """End a worker that does not answer any more, and its job."""
        if self._worker:
            self._worker.kill()
        self._worker = None
        self._set(number, state=state, message=message)

    def _set(self, number: int, **change: Any) -> None:
        with self._changed:
            self._jobs[number] = dataclasses.replace(self._jobs[number], **change)
            self._changes += not self._jobs[number].under_way
            self._changed.notify_all()


class _Worker:
    """The other end of a worker process."""

    def __init__(self, command: Sequence[str], source: Source) -> None:
        found_in = os.pathsep.join(
            path or os.getcwd() for path in sys.path
        )  # as the viewer itself finds modules
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": found_in},
        )
        self._heard: queue.Queue[Mapping[str, Any] | None] = queue.Queue()
        self._deaf = False
        threading.Thread(target=self._listen, name="shiftscope worker", daemon=True).start()
        self._write(source.as_line())

    @property
    def alive(self) -> bool:
        """Whether it may still say something."""
        return not self._deaf

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def say(self, **message: Any) -> None:
        self._write(json.dumps(message))

    def hear(self, seconds: float) -> Mapping[str, Any] | None:
        """The next message; None where none comes in time, or the process has ended."""
        if self._deaf:
            return None
        try:
            message = self._heard.get(timeout=seconds)
        except queue.Empty:
            return None
        self._deaf = message is None
        return message

    def ended(self) -> str:
        """How it ended, in words."""
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(timeout=5)
            if code == -9:
                return "was killed, as a system does whose memory runs out"
            return f"ended with status {code}"
        return "does not end"

    def kill(self) -> None:
        with suppress(OSError):
            self._process.kill()
        with suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()
        self._process.wait()

    def _write(self, line: str) -> None:
        with suppress(OSError, ValueError):  # it has ended, which `hear` tells
            assert self._process.stdin is not None
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with suppress(OSError):
            for line in self._process.stdout:
                with suppress(ValueError):  # what is no message of ours is nobody's
                    message = json.loads(line)
                    if isinstance(message, dict):
                        self._heard.put(message)
        self._heard.put(None)


def _is(job: Job, kind: str, parameters: Mapping[str, str]) -> bool:
    return job.kind == kind and dict(job.parameters) == dict(parameters)
