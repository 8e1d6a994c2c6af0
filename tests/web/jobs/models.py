"""A model and data for a worker: a file says how far it may go, and what befalls it."""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from tests.conftest import Made, Net

BATCH = 64  # samples that an intervention shows at once
PASSED = [0]  # batches of this process: what a model holds itself is put back after each dataset
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class HeldNet(Net):
    """Looks into the file `gate` before each whole batch: a number is how many may pass, a word is a fault.

    In the process that it is handed to, it also looks there before each change of what is computed in a study.
    """

    gate: str = ""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if self.gate and len(images) == BATCH:
            while (word := said(self.gate)).isdecimal() and int(word) <= PASSED[0]:
                time.sleep(0.01)
            FAULTS.get(word, nothing)()
            PASSED[0] += 1
        return super().forward(images)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if self.gate:
            sys.addaudithook(at_changes(self.gate))


def said(gate: str) -> str:
    return Path(gate).read_text()


def at_changes(gate: str) -> Callable[[str, tuple[Any, ...]], None]:
    """A hook that waits, finds the disk full, or kills the process at a change counted from the first look on.

    No hook is ever taken out: one in the tests' own process does nothing once its test is over and the gate gone.
    """
    count = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        if event not in CHANGES and not (event == "open" and (arguments[2] or 0) & WRITING):
            return
        if not {"explanations", "derived"} & set(str(arguments[0]).split(os.sep)):
            return
        if not os.path.exists(gate):
            return
        while (told := said(gate)) == "wait":
            time.sleep(0.01)
        word, _, number = told.partition(" ")
        if word == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if word == "die":
            count += 1
            if count >= int(number):
                os.kill(os.getpid(), signal.SIGKILL)

    return hook


def nothing() -> None:
    pass


def fails() -> None:
    raise RuntimeError("what a model says\nand says on")


def has_no_memory() -> None:
    raise MemoryError


def prints() -> None:
    print('{"job": 1, "state": "done"}')  # noqa: T201
    os.write(1, b"no JSON\n")


def leaves() -> None:
    sys.exit(5)


FAULTS = {"fails": fails, "has no memory": has_no_memory, "prints": prints, "leaves": leaves}


def batches(count: int, **options: int) -> Made:
    """A dataset of so many whole batches."""
    return Made(samples=count * BATCH, **options)


def dying() -> Net:
    os.kill(os.getpid(), signal.SIGKILL)
    return Net()


def slow_to_load() -> Net:
    time.sleep(1000)
    return Net()


def other() -> Net:
    torch.manual_seed(1)
    return Net()
