"""A disk that is full, at every write and for real."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import torch

import shiftscope as ss
from tests.conftest import Made, Net
from tests.faults.conftest import finished, same_study


def record(path: Path, net: Net, **options: object) -> None:
    study = ss.Study.create(path, net, "abcd", exist_ok=True)
    study.record(Made(samples=20), "lab", layers=["hidden"], shard_samples=8, progress=False, **options)


@pytest.fixture
def calm(tmp_path):
    torch.manual_seed(0)
    net = Net()
    record(tmp_path / "calm.study", net)
    return tmp_path / "calm.study", net


def test_a_disk_that_fills_up_at_any_write_leaves_a_study_that_goes_on(calm, tmp_path, monkeypatch, tried):
    path, net = calm
    writes = 0

    def fill(after: int | None):
        nonlocal writes
        writes = 0

        def fsync(file: int) -> None:
            nonlocal writes
            writes += 1
            if after is not None and writes > after:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        return fsync

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fill(None))
        record(tmp_path / "counted.study", net)
        every = writes
    assert every > 50
    for after in range(0, every, 3):
        study = tmp_path / f"{after}.study"
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", fill(after))
            with pytest.raises(OSError, match="No space left"):
                record(study, net)
        before = finished(study)
        record(study, net)
        assert before <= finished(study)
        same_study(study, path)
        tried("disk full at some write", "resumable, then identical")


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if (
        not mount
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True
        ).returncode
    ):
        pytest.skip("no small disk may be mounted here")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_really_full_disk_is_said_and_the_study_goes_on_elsewhere(
    calm, small_disk, tmp_path, monkeypatch, tried
):
    path, net = calm
    monkeypatch.setattr(
        "shiftscope.store.writer.RecordingWriter._refuse_full_disk",
        lambda writer: writer.folder.mkdir(parents=True, exist_ok=True),
    )
    (small_disk / "other").write_bytes(bytes(850_000))
    study = small_disk / "made.study"
    with pytest.raises(OSError, match="No space left"):
        record(study, net)
    kept = finished(study)
    (small_disk / "other").unlink()
    shutil.copytree(study, tmp_path / "moved.study")
    record(tmp_path / "moved.study", net)
    assert kept <= finished(tmp_path / "moved.study")
    same_study(tmp_path / "moved.study", path)
    tried("tmpfs full", "resumable, then identical")


def test_a_read_only_disk_is_said_and_can_be_looked_at(calm, small_disk, tried):
    path, net = calm
    shutil.copytree(path, small_disk / "made.study")
    if subprocess.run(["mount", "-o", "remount,ro", small_disk], capture_output=True).returncode:
        pytest.skip("no disk may be made read-only here")
    with pytest.raises(OSError, match="Read-only file system"):
        record(small_disk / "made.study", net, overwrite=True)
    study = ss.open_study(small_disk / "made.study")
    assert study.verify().sound
    assert len(study["lab"].responses("hidden")) == 20
    assert study.unit("hidden", 0).page.title != ""
    tried("read-only disk", "refused, readable")
