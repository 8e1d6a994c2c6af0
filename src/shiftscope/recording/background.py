"""Writing beside the pass: one thread, jobs in order, and never more of them waiting than memory allows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import ParamSpec

P = ParamSpec("P")


class Background:
    """A context in which jobs run one after the other in another thread; after it, nothing runs.

    `submit` waits until fewer than `ahead` jobs are unfinished. The first error drops the jobs behind it and is
    raised by the next `submit`, or where the context ends. An error inside the context, Ctrl-C for one, leaves
    only when the jobs before it are done; a second Ctrl-C drops those that have not begun.
    """

    def __init__(self, ahead: int = 1) -> None:
        self._ahead = ahead
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="shiftscope-background")
        self._unfinished: deque[Future[None]] = deque()
        self._ending = False

    def submit(self, job: Callable[P, object], *arguments: P.args, **options: P.kwargs) -> None:
        """Have `job` done; raises what a job before it raised."""
        while len(self._unfinished) >= self._ahead or (self._unfinished and self._unfinished[0].done()):
            self._finish_first()
        self._unfinished.append(self._executor.submit(self._do, lambda: job(*arguments, **options)))

    def __enter__(self) -> Background:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            while self._unfinished:
                self._finish_first()
        except Exception as failure:
            if error is None:
                raise
            error.add_note(f"Besides, what was recorded before could not be written: {failure!r}")
        finally:
            self._end()

    def _finish_first(self) -> None:
        wait([self._unfinished[0]])  # which stays in the row if this is interrupted
        self._unfinished.popleft().result()

    def _do(self, job: Callable[[], object]) -> None:
        if self._ending:
            return
        try:
            job()
        except BaseException:
            self._ending = True
            raise

    def _end(self) -> None:
        """Wait for the job underway: one that goes on could write into a folder that its owner has given up."""
        self._ending = True
        pressed: KeyboardInterrupt | None = None
        while True:
            try:
                wait(self._unfinished)  # joining the thread instead would take it for ended once interrupted
                break
            except KeyboardInterrupt as again:
                pressed = again
        self._executor.shutdown()
        if pressed is not None:
            raise pressed
