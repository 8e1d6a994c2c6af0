"""The process that holds the model: a line of JSON for each thing it is asked, lines of JSON for what becomes of it.

It reads standard input and writes to what was its standard output; whatever models print goes to standard error.
"""

from __future__ import annotations

import json
import os
import pickle
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from shiftscope.errors import ShiftscopeError

if TYPE_CHECKING:
    from shiftscope.live import LiveStudy

TOLD_EVERY = 0.1  # seconds
NICE = 5  # steps of priority that it stands behind the server, whose pages are waited for


class Cancelled(BaseException):
    """Ends a job between two batches; no `except Exception` of a model's stops it."""


class Worker:
    """Jobs one after the other, and what is heard meanwhile."""

    def __init__(self, asked: IO[str], told: IO[str]) -> None:
        self._asked, self._told = asked, told
        self._telling = threading.Lock()
        self._waiting: queue.Queue[Mapping[str, Any] | None] = queue.Queue()
        self._cancelled: set[int] = set()

    def run(self) -> None:
        """Until standard input ends, as it does when the viewer does."""
        source = json.loads(self._asked.readline())
        threading.Thread(target=self._listen, args=[source], daemon=True).start()
        try:
            live = opened(source)
        except BaseException as error:
            self.tell(trouble=in_words(error))
            return
        self.tell(ready=True)
        while (asked := self._waiting.get()) is not None:
            self._do(live, asked)

    def tell(self, **message: Any) -> None:
        with self._telling:
            self._told.write(json.dumps(message) + "\n")
            self._told.flush()

    def _listen(self, source: Mapping[str, Any]) -> None:
        for line in self._asked:
            message = json.loads(line)
            if "cancel" in message:
                self._cancelled.add(message["cancel"])
            else:
                self._waiting.put(message)
        if source["pickled"]:  # a viewer that was killed has left it
            Path(source["pickled"]).unlink(missing_ok=True)
        os._exit(0)  # nobody waits for the job under way any more

    def _do(self, live: LiveStudy, asked: Mapping[str, Any]) -> None:
        from shiftscope.web.jobs.kind import job_kinds

        number = asked["job"]
        try:
            live.study.read_again()
            job_kinds[asked["kind"]](**asked["parameters"]).run(live, self._progress(number))
        except Cancelled:
            self.tell(job=number, state="cancelled")
        except BaseException as error:
            self.tell(job=number, state="failed", message=in_words(error))
        else:
            self.tell(job=number, state="done")

    def _progress(self, number: int) -> Callable[..., Any]:
        @contextmanager
        def progress(
            name: str, done: int, total: int, counted: str = "samples"
        ) -> Iterator[Callable[[int], None]]:
            count, last = done, 0.0
            self.tell(job=number, name=name, done=count, total=total)

            def advance(samples: int) -> None:
                nonlocal count, last
                if number in self._cancelled:
                    raise Cancelled
                count += samples
                if time.monotonic() - last > TOLD_EVERY or count >= total:
                    last = time.monotonic()
                    self.tell(job=number, name=name, done=count, total=total)

            yield advance

        return progress


def opened(source: Mapping[str, Any]) -> LiveStudy:
    """The live study of a `Source`."""
    from shiftscope.live import live
    from shiftscope.model.evaluation.evaluation import moved
    from shiftscope.model.load import load_model
    from shiftscope.store.stored_study import StoredStudy

    handed: dict[str, Any] = {"model": None, "data": source["data"]}
    if source["pickled"]:
        with open(source["pickled"], "rb") as file:
            handed = pickle.load(file)  # written by the viewer, for its user alone
    model = handed["model"]
    if model is None or isinstance(model, str):
        model = load_model(source["model"], source["weights"] or None)
    if source["device"]:
        model = moved(model, source["device"])
    return live(StoredStudy(source["study"]), model, handed["data"])


def in_words(error: BaseException) -> str:
    if isinstance(error, ShiftscopeError):
        return str(error)
    if isinstance(error, MemoryError):
        return "memory ran out."
    first = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def main() -> None:
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C in the terminal is for the viewer, which ends this one
    if hasattr(os, "nice"):
        os.nice(NICE)
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    asked = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdin = open(os.devnull)  # noqa: SIM115  # of a model that asks
    Worker(asked, told).run()
    os._exit(0)  # the thread that listens holds what Python would close


if __name__ == "__main__":
    main()
