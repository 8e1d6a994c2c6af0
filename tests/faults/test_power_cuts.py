"""The disk as it may be after a power cut: what was never flushed is truncated or gone."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

import shiftscope as ss
from tests.conftest import Made, Net
from tests.faults.conftest import same_study

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="which file is flushed is read from /proc"
)
CUTS = 40


class PowerCut(BaseException):
    pass


class Disk:
    """Follows what was flushed, and after so many operations keeps a copy of what a power cut would leave.

    A file has its flushed content, or if it was changed since any beginning of what it holds. A name is there if
    its folder was flushed since it was given; else it may be lost, and what had the name before be back.
    """

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, cut_after: int | None, seed: int) -> None:
        self.folder, self.cut_after, self.rng = folder, cut_after, np.random.default_rng(seed)
        self.operations = 0
        self.flushed: dict[int, bytes] = {}  # inode -> content
        self.names: dict[Path, dict[str, int]] = {folder.parent: {}}  # folder -> name -> inode, as flushed
        self.lock = threading.RLock()
        replace = Path.replace

        def counted_replace(path: Path, target: Path) -> Path:
            with self.lock:
                self.count()
                return replace(path, target)

        patch.setattr(os, "fsync", self.fsync)
        patch.setattr(Path, "replace", counted_replace)

    @property
    def after(self) -> Path:
        return self.folder.with_name("after the cut") / self.folder.name

    def fsync(self, opened: int) -> None:
        with self.lock:
            self.count()
            path = Path(os.readlink(f"/proc/self/fd/{opened}"))
            if path.is_dir():
                self.names[path] = {entry.name: entry.inode() for entry in os.scandir(path)}
            elif path.exists():
                self.flushed[path.stat().st_ino] = path.read_bytes()

    def count(self) -> None:
        self.operations += 1
        if self.operations == self.cut_after:
            self.keep(self.folder, self.after)
        if self.cut_after and self.operations >= self.cut_after:
            raise PowerCut

    def keep(self, folder: Path, into: Path) -> None:
        into.mkdir(parents=True)
        durable = self.names.get(folder, {})
        now = {entry.name: entry for entry in os.scandir(folder)}
        for name in sorted({*now, *durable}):
            entry = now.get(name)
            if (
                entry is None or durable.get(name) != entry.inode()
            ):  # given or taken since the folder was flushed
                if self.rng.random() < 0.5:
                    if durable.get(name) in self.flushed:
                        (into / name).write_bytes(self.flushed[durable[name]])
                    continue
                if entry is None:
                    continue
            if entry.is_dir():
                self.keep(folder / name, into / name)
                continue
            held = (folder / name).read_bytes()
            if self.flushed.get(entry.inode()) != held:
                held = held[: self.rng.integers(0, len(held) + 1)]
            (into / name).write_bytes(held)


def record(path: Path, net: Net) -> None:
    study = ss.Study.create(path, net, "abcd", exist_ok=True)
    study.record(Made(samples=20), "lab", layers=["hidden"], shard_samples=8, reference=True, progress=False)
    study.record(Made(samples=12, seed=1), "field", shard_samples=8, keep="summaries", progress=False)


def test_after_a_power_cut_the_same_commands_end_in_the_same_study(tmp_path, monkeypatch, tried):
    torch.manual_seed(0)
    net = Net()
    record(tmp_path / "calm.study", net)
    with monkeypatch.context() as patched:
        disk = Disk(tmp_path / "counted.study", patched, None, 0)
        record(disk.folder, net)
    assert disk.operations > 100
    for seed, cut in enumerate(
        sorted(np.random.default_rng(0).choice(disk.operations, CUTS, replace=False) + 1)
    ):
        study = tmp_path / f"{cut}.study"
        with monkeypatch.context() as patched:
            cut_disk = Disk(study, patched, int(cut), seed)
            with pytest.raises(PowerCut):
                record(study, net)
        kept = {done.relative_to(cut_disk.after) for done in cut_disk.after.glob("*/shards/*.done")}
        shutil.rmtree(study)
        shutil.move(cut_disk.after, study)
        damaged = [each for each in _verified(study) if each.shard is not None]
        assert not damaged, f"after operation {cut} a shard counts that is not whole: {damaged}"
        record(study, net)
        assert all((study / done).exists() for done in kept)
        same_study(study, tmp_path / "calm.study")
        tried("power cut", "identical")


def _verified(study: Path) -> list[object]:
    if not (study / "study.json").exists():
        return []
    return ss.open_study(study).verify().damages
