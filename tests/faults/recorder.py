"""Recordings in processes of their own, forked off one that has imported everything; each may be killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

SAMPLES = 40
SHARD = 8


@dataclass(frozen=True)
class Ended:
    killed: bool
    seconds: float
    read: list[int]  # positions, in the order shown
    changes: int  # of the disk, where it was not killed
    sealing: int  # the first of them after all shards


class Recorder:
    """One warm process; `run` forks a recording off it."""

    def __init__(self) -> None:
        here = Path(__file__)
        path = os.pathsep.join([str(here.parents[2]), os.environ.get("PYTHONPATH", "")])
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(
            [sys.executable, str(here)], env={**os.environ, "PYTHONPATH": path}, **pipes
        )
        assert self._said() == "warm"

    def run(
        self,
        study: Path,
        *,
        seed: int = 0,
        overwrite: bool = False,
        killed_after: float | None = None,
        killed_before: int | None = None,
        verb: Sequence[str] = (),
    ) -> Ended:
        """Record, or do what `verb` names with the arguments behind it.

        The process is killed after some seconds, or before its so-manieth change of the disk.
        """
        log = study.with_suffix(".log")
        log.write_text("")
        asked = {
            "path": str(study),
            "seed": seed,
            "overwrite": overwrite,
            "log": str(log),
            "killed_before": killed_before,
            "verb": list(verb),
        }
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        child, begun = int(self._said()), time.perf_counter()
        if killed_after is not None:
            time.sleep(killed_after)
            with contextlib.suppress(ProcessLookupError):  # it was faster
                os.kill(child, signal.SIGKILL)
        code, seconds = int(self._said()), time.perf_counter() - begun
        assert code in (0, -signal.SIGKILL), "the recording failed by itself"
        read, _, counts = log.read_text().partition(";")
        changes, sealing = map(int, counts.split() or [0, 0])
        return Ended(code != 0, seconds, [int(position) for position in read.split()], changes, sealing)

    def _said(self) -> str:
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


def _say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def serve() -> None:
    import torch

    torch.set_num_threads(1)  # threads would not be forked
    import zarr  # noqa: F401

    from tests.conftest import Made

    class Logged(Made):
        """Keeps what was read where a kill does not reach it."""

        log: Any = None

        def __getitem__(self, position: int) -> Any:
            time.sleep(0.001)
            if self.log:
                self.log.write(f"{position} ")
                self.log.flush()
            return super().__getitem__(position)

    _say("warm")
    for line in sys.stdin:
        asked = json.loads(line)
        if child := os.fork():
            _say(child)
            _say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            continue

        _record(Logged(samples=SAMPLES, seed=asked["seed"]), asked)


def _record(data: Any, asked: dict[str, Any]) -> NoReturn:
    """In the forked process, which ends here."""
    import torch

    import shiftscope as ss
    from tests.conftest import Net
    from tests.faults.disk import changes

    path, code, sealing = Path(asked["path"]), 1, 0

    def before(number: int) -> None:
        nonlocal sealing
        if number == asked["killed_before"]:
            os.kill(os.getpid(), signal.SIGKILL)
        if (
            asked["killed_before"] is None
            and not sealing
            and len(list(path.glob("*/shards/*.done"))) == SAMPLES // SHARD
        ):
            sealing = number

    try:
        with open(asked["log"], "w") as data.log, changes(path, before) as count:  # which flushes nothing
            if asked["verb"]:
                verb, *given = asked["verb"]
                getattr(ss.open_study(path), verb)(*given)
            else:
                torch.manual_seed(0)
                study = ss.Study.create(path, Net(), "abcd", exist_ok=True)
                study.record(
                    data,
                    "lab",
                    layers=["hidden"],
                    stored_as="float16",  # named, so that no samples are read beforehand to choose one
                    batch_size=4,
                    shard_samples=SHARD,
                    overwrite=asked["overwrite"],
                    progress=False,
                )
            data.log.write(f"; {count[0]} {sealing}")
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve()
