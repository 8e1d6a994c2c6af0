"""A study that may be read and not written."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import shiftscope as ss
from shiftscope.errors import StudyNotWritable
from tests.conftest import Made, viewer
from tests.faults.conftest import model, record
from tests.test_record import contents


def readable(study: Path) -> None:
    opened = ss.open_study(study)
    assert opened.verify().sound
    assert len(opened["lab"].responses("hidden")) == 20
    assert len(opened.scores("hidden")) == 10


def refused(study: Path, message: str) -> None:
    opened = ss.open_study(study)
    for name, options in (("lab", {"overwrite": True}), ("third", {})):
        with pytest.raises(StudyNotWritable, match=f"{message}.*It can be viewed"):
            opened.record(Made(seed=3), name, model=model(), shard_samples=8, progress=False, **options)
    with pytest.raises(StudyNotWritable, match=message):
        record(study, Made(seed=3), "third")


@pytest.fixture
def two(calm):
    record(calm, Made(samples=20, seed=1, scale=1.5), "field")
    return calm


def test_a_study_on_a_read_only_disk_is_viewed_and_not_recorded_into(two, tmp_path, tried):
    mount = shutil.which("mount")
    if not mount or subprocess.run([mount, "--bind", two, two], capture_output=True).returncode:
        pytest.skip("nothing may be mounted here")
    try:
        if subprocess.run([mount, "-o", "remount,ro,bind", two], capture_output=True).returncode:
            pytest.skip("nothing may be mounted read-only here")
        before = contents(two)
        refused(two, "on a disk that may only be read")
        readable(two)
        with viewer(ss.open_study(two)) as client:
            for page in ("/", "/layers/hidden/units/3", "/datasets/field"):
                assert client.get(page).status_code == 200
        assert contents(two) == before
        tried("read-only study, a mounted one", "refused with an error, untouched, readable")
    finally:
        subprocess.run(["umount", "-l", two], check=True)


@pytest.mark.parametrize(
    ("number", "message"), [(errno.EACCES, "by this user"), (errno.EROFS, "may only be read")]
)
def test_a_study_of_others_is_viewed_and_not_recorded_into(two, number, message, tried, monkeypatch):
    before = contents(two)
    real = os.open

    def refuse(path, flags, *arguments, **options):
        if flags & (os.O_WRONLY | os.O_RDWR) and str(path).startswith(str(two)):
            raise OSError(number, os.strerror(number), str(path))
        return real(path, flags, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)  # which opens the locks
        refused(two, message)
    readable(two)
    after = {name: content for name, content in contents(two).items() if not name.startswith("explanations")}
    assert after == before
    tried("read-only study, by its modes", "refused with an error, untouched, readable")
