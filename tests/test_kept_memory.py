"""Memory that passes keep between batches."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from shiftscope import kept_memory
from shiftscope.kept_memory import _glibc, memory_kept

PAGES = """
import ctypes, json, pathlib, resource
from shiftscope import kept_memory

kept_memory.LONG = 0  # what is free is given back after short passes too
SIZE = 64 * 2**20  # more than glibc keeps by itself
library = ctypes.CDLL(None)
library.malloc.restype = library.memset.restype = ctypes.c_void_p
library.malloc.argtypes = library.free.argtypes = None

def cleared():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(8):
        block = ctypes.c_void_p(library.malloc(ctypes.c_size_t(SIZE)))
        library.memset(block, 1, ctypes.c_size_t(SIZE))
        library.free(block)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) * resource.getpagesize()

def resident():
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

outside = cleared()
at_first = resident()
with kept_memory.memory_kept():
    cleared()
    with kept_memory.memory_kept():
        inside = cleared()
    still = cleared()
    held = resident()
print(json.dumps([outside, inside, still, held - at_first, resident() - at_first]))
"""

FORK = """
import os, signal
from shiftscope import kept_memory

kept_memory._lock.acquire()  # as a thread does that gives memory back
child = os.fork()
if not child:
    signal.alarm(5)
    with kept_memory.memory_kept():
        os._exit(0)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""

needs_glibc = pytest.mark.skipif(
    _glibc() is None, reason="another C library, or one with settings of its own"
)


@needs_glibc
def test_the_same_pages_serve_the_next_block():
    # Dask sets MALLOC_TRIM_THRESHOLD_ for its workers, and leaves it set.
    environment = {name: value for name, value in os.environ.items() if "MALLOC" not in name}
    ran = subprocess.run(
        [sys.executable, "-c", PAGES], capture_output=True, text=True, check=True, env=environment
    )
    outside, inside, still, held, after = json.loads(ran.stdout)
    block = 64 * 2**20
    assert outside >= 7 * block
    assert inside < block // 8
    assert still < block // 8
    assert held >= 0.9 * block
    assert after < block // 8, "what was kept is given back"


@pytest.mark.parametrize(
    ("name", "value"), [("MALLOC_TRIM_THRESHOLD_", "1"), ("GLIBC_TUNABLES", "glibc.malloc.trim_threshold=1")]
)
def test_settings_of_the_user_stay(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv(name, value)
    assert _glibc.__wrapped__() is None
    with memory_kept():
        pass


def test_another_system_has_nothing_to_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert _glibc.__wrapped__() is None


@needs_glibc
def test_a_fork_does_not_wait_for_a_thread_that_it_does_not_have():
    subprocess.run([sys.executable, "-c", FORK], check=True)


class Before235:
    """A glibc that takes no mapping threshold above 32 MiB."""

    def __init__(self):
        self.trim, self.mapped = 2**17, 2**17

    def mallopt(self, which, size):
        if which == -1:
            self.trim = size
        elif size > 2**25:
            return 0
        else:
            self.mapped = size
        return 1

    def malloc_trim(self, pad):
        return 1


def test_an_older_glibc_keeps_the_largest_blocks_that_it_can(monkeypatch: pytest.MonkeyPatch):
    library = Before235()
    monkeypatch.setattr(kept_memory, "_glibc", lambda: library)
    with memory_kept():
        assert (library.mapped, library.trim) == (2**25, 2**30)
    assert (library.mapped, library.trim) == (2**25, 2**26)
