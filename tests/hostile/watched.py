"""Reading in a process that is watched: what it refuses, and whether it dies, hangs or takes too much memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import shiftscope

SECONDS = 5.0  # of its own time, for anything one file can ask for
PATIENCE = 60.0  # of the clock, on a machine that does other things as well


class Accident(AssertionError):
    """Something other than an error of ours or a right answer."""


class Watched:
    """One worker, started anew when it had to be ended."""

    def __init__(self) -> None:
        self._healthy: dict[str, tuple[Any, ...]] = {}
        self._warm: set[str] = set()  # readers for which this process has imported everything
        self._process: subprocess.Popen[str] | None = None

    def warmed_up(self, reader: str, *healthy: Any) -> Watched:
        """Healthy files for a reader, which reads them before all others; limits hold from then on."""
        self._healthy.setdefault(reader, healthy)
        return self

    def refused(self, reader: str, *arguments: Any) -> list[str]:
        """The messages of what was refused; `Accident` where it went any other way."""
        if self._process is None:
            self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("worker.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
                encoding="utf-8",
                env=_environment(),
            )
        if reader not in self._warm:
            refused = self._ask(60.0, False, reader, *self._healthy[reader])
            assert refused == [], refused
            self._warm.add(reader)
        return self._ask(SECONDS, True, reader, *arguments)

    def _ask(self, seconds: float, limited: bool, reader: str, *arguments: Any) -> list[str]:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([limited, reader, arguments]) + "\n")
        self._process.stdin.flush()
        hung = threading.Event()
        end = threading.Timer(PATIENCE, lambda: (hung.set(), self._process and self._process.kill()))
        before, end.daemon = _processor_seconds(self._process.pid), True
        end.start()
        line = self._process.stdout.readline()
        end.cancel()
        if not line:
            code = self._process.wait()
            self._errors.seek(0)
            told = self._errors.read()[-2000:]
            self.end()
            raise Accident(f"{reader} {'hung' if hung.is_set() else f'ended with {code}'}: {told}")
        taken = _processor_seconds(self._process.pid) - before
        answer = json.loads(line)
        if "accident" in answer:
            raise Accident(answer["accident"])
        if taken > seconds:
            raise Accident(f"{reader} took {taken:.1f} s: {answer['refused']}")
        refused: list[str] = answer["refused"]
        return refused

    def end(self) -> None:
        self._warm.clear()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout, self._errors):
                if pipe is not None:
                    pipe.close()
            self._process = None


def _environment() -> dict[str, str]:
    source = str(Path(shiftscope.__file__).parents[1])
    before = os.environ.get("PYTHONPATH")
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    # The limit counts addresses that allocators reserve for threads and never use: up to a gigabyte by themselves.
    reserving_little = {"MALLOC_ARENA_MAX": "2", "ARROW_DEFAULT_MEMORY_POOL": "system"}
    return {
        **os.environ,
        **one_thread,
        **reserving_little,
        "PYTHONPATH": f"{source}{os.pathsep}{before}" if before else source,
    }


def _processor_seconds(pid: int) -> float:
    """Of the process so far; of the clock where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return time.monotonic()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
