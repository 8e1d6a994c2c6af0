"""Memory that passes keep between batches."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from shiftscope.kept_memory import _glibc, memory_kept

PAGES = """
import json, resource
import torch
from shiftscope.kept_memory import memory_kept

SIZE = 16 * 2**20  # numbers of 64 MiB, more than glibc keeps by itself

def cleared():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(8):
        torch.ones(SIZE)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) * resource.getpagesize()

outside = cleared()
with memory_kept():
    for _ in range(24):  # until one place fits them all
        torch.ones(SIZE)
    with memory_kept():
        inside = cleared()
    still = cleared()
print(json.dumps([outside, inside, still, cleared()]))
"""

needs_glibc = pytest.mark.skipif(
    _glibc() is None, reason="another C library, or one with settings of its own"
)


@needs_glibc
def test_the_same_pages_serve_the_next_block():
    ran = subprocess.run([sys.executable, "-c", PAGES], capture_output=True, text=True, check=True)
    outside, inside, still, after = json.loads(ran.stdout)
    block = 64 * 2**20
    assert outside >= 8 * block
    assert inside < block // 8
    assert still < block // 8
    assert after >= block, "what was kept is given back"


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
