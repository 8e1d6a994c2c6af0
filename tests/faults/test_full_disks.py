"""A disk that is full, at every change and for real."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from shiftscope.errors import StudyNotWritable
from shiftscope.store.writing.writer import RecordingWriter
from tests.conftest import mostly_slow
from tests.faults.conftest import MORE, goes_on, record
from tests.faults.disk import changes

EVERY = max(1, 24 // MORE)  # how many changes lie between two tries


@pytest.mark.parametrize("share", mostly_slow(range(4)))
def test_a_disk_that_is_full_from_any_change_on_is_said_and_the_study_goes_on(calm, tmp_path, share, tried):
    with changes(tmp_path / "counted.study", lambda number: None) as count:
        record(tmp_path / "counted.study")
    assert count[0] > 100
    for first in range(1 + share * EVERY, count[0] + 1, 4 * EVERY):
        study = tmp_path / f"{first}.study"

        def fill(number: int, first: int = first) -> None:
            if number >= first:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with changes(study, fill), pytest.raises(StudyNotWritable, match=r"the disk is full.*Make room"):
            record(study)
        goes_on(study, calm)
        tried("disk full", "resumable with an error, then identical")


def test_a_full_disk_is_said_of_a_study_by_a_relative_path(calm, tmp_path, tried, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def fill(number):
        if number >= 30:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / "made.study" / "lab"))

    with changes(tmp_path / "made.study", fill), pytest.raises(StudyNotWritable, match="the disk is full"):
        record(Path("made.study"))
    goes_on(Path("made.study"), calm)
    tried("disk full", "resumable with an error, then identical")


@pytest.fixture
def small_disk(tmp_path):
    """A disk of a megabyte, with a file that leaves little room on it."""
    disk, mount = tmp_path / "disk", shutil.which("mount")
    disk.mkdir()
    options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs"]
    if not mount or subprocess.run([mount, *options, disk], capture_output=True).returncode:
        pytest.skip("no small disk may be mounted here")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


@pytest.mark.parametrize("room", mostly_slow([60, 4, 120, 200, 240]))
def test_a_really_full_disk_is_said_and_the_study_goes_on_when_there_is_room(
    calm, small_disk, room, monkeypatch, tried
):
    # That there is too little room is said before the first batch; here it is taken by others meanwhile.
    monkeypatch.setattr(
        RecordingWriter,
        "_refuse_full_disk",
        lambda writer: writer.place.folder.mkdir(parents=True, exist_ok=True),
    )
    with (small_disk / "other").open("wb") as other:
        other.write(bytes((1024 - room) * 1024))
    study = small_disk / "made.study"
    with pytest.raises(StudyNotWritable, match="the disk is full"):
        record(study)
    (small_disk / "other").unlink()
    goes_on(study, calm)
    tried("disk full, a mounted one", "resumable with an error, then identical")
