from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from shiftscope.errors import StudyBusy
from shiftscope.store.disk import locks
from shiftscope.store.disk.locks import LOCKS, files_of, held, recording_lock
from shiftscope.store.layout import folder_name


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0.0)


def test_two_processes_cannot_record_one_dataset(tmp_path):
    with recording_lock(tmp_path, "lab"), pytest.raises(StudyBusy, match="another process works on 'lab'"):  # noqa: SIM117
        with recording_lock(tmp_path, "lab"):
            pytest.fail("both were let in")


def test_two_datasets_can_be_recorded_at_once(tmp_path):
    with recording_lock(tmp_path, "lab"), recording_lock(tmp_path, "field"):
        pass


@pytest.mark.parametrize(
    ("one", "other"),
    [("lab", "lab.rank-0"), ("lab", "lab.files"), ("study", "lab"), ("lab.rank-1", "lab.rank-10")],
)
def test_datasets_whose_names_hold_one_another_do_not_share_a_lock(tmp_path, one, other):
    """By themselves, with the locks on a recording's files, with those of ranks, and with the study's."""
    one, other = folder_name(one), folder_name(other)
    with (
        held(tmp_path, "study", 0),
        recording_lock(tmp_path, one, 0),
        held(tmp_path, files_of(one), 0),
        recording_lock(tmp_path, other),
        held(tmp_path, files_of(other), 0),
    ):
        pass


@pytest.mark.skipif(os.name != "posix", reason="this system has no umask")
def test_a_lock_may_be_taken_by_whom_the_umask_allows(tmp_path):
    tmp_path.chmod(0o755)
    before = os.umask(0o002)
    try:
        with held(tmp_path, "study"):
            (lock,) = (tmp_path / LOCKS).iterdir()
            assert lock.stat().st_mode & 0o777 == 0o664
    finally:
        os.umask(before)


def test_ranks_of_one_launch_record_together(tmp_path):
    with recording_lock(tmp_path, "lab", 0), recording_lock(tmp_path, "lab", 1):
        pass


@pytest.mark.parametrize(("first", "second"), [(None, 0), (0, None), (1, 1)])
def test_a_rank_and_a_process_of_its_own_or_the_same_rank_twice_are_refused(tmp_path, first, second):
    with recording_lock(tmp_path, "lab", first), pytest.raises(StudyBusy):  # noqa: SIM117
        with recording_lock(tmp_path, "lab", second):
            pytest.fail("both were let in")


def test_a_lock_is_free_after_its_process_was_killed(tmp_path):
    code = f"""
        import time
        from pathlib import Path
        from shiftscope.store.disk.locks import recording_lock
        with recording_lock(Path({str(tmp_path)!r}), "lab"):
            print("held", flush=True)
            time.sleep(60)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    with pytest.raises(StudyBusy), recording_lock(tmp_path, "lab"):
        pass
    process.kill()
    process.wait()
    process.stdout.close()
    with recording_lock(tmp_path, "lab"):
        pass


def test_a_file_system_without_locks_lets_everybody_in(tmp_path, monkeypatch):
    def refuse(lock, timeout):
        raise NotImplementedError("FileSystem does not appear to support flock")

    monkeypatch.setattr("shiftscope.store.disk.locks.FileLock.acquire", refuse)
    with held(tmp_path, "study"), held(tmp_path, "study"):
        pass


@pytest.mark.skipif(os.name != "posix", reason="files have no such modes")
def test_a_lock_that_is_write_protected_is_taken_or_refused_by_the_system(tmp_path):
    with held(tmp_path, "study"):
        pass
    (lock,) = (tmp_path / LOCKS).iterdir()
    lock.chmod(0o444)
    if os.access(lock, os.W_OK):  # the administrator may write anyway
        with held(tmp_path, "study"):
            pass
    else:
        with pytest.raises(PermissionError), held(tmp_path, "study"):
            pass
