"""The disk as it may be after a power cut: what was never flushed is truncated or gone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import shiftscope as ss
from tests.conftest import Made, mostly_slow
from tests.faults.conftest import MORE, finished, not_shown_again, record, same_study
from tests.faults.disk import Disk, changes

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="which file is flushed is read from /proc"
)
CUTS = 12 * MORE  # in all shares of a test
SHARES = pytest.mark.parametrize("share", mostly_slow(range(3)))


@pytest.fixture(autouse=True)
def _many_open_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def left_by_cuts(folder: Path, work, share: int) -> list[Path]:
    """What power cuts would leave of `folder` at a share of the moments drawn by a seed while `work` changes it."""
    rehearsed = folder.with_name("rehearsed.study")
    with changes(rehearsed, lambda number: None) as count:
        work(rehearsed)
    moments = np.random.default_rng(0).choice(count[0], min(CUTS, count[0]), replace=False) + 1
    chosen = set(moments[share::3])
    disk, left = Disk(folder.parent), []

    def before(number: int) -> None:
        if number in chosen:
            left.append(folder.parent.with_name(f"after {number}"))
            disk.after_a_cut(left[-1], np.random.default_rng(number))

    try:
        with changes(folder, before, disk.flush):
            work(folder)
    finally:
        disk.close()
    assert len(left) >= len(chosen) - 1
    return [each / folder.name for each in left]


def no_shard_counts_that_is_not_whole(study: Path) -> None:
    if (study / "study.json").exists():
        damages = ss.open_study(study).verify().damages
        assert not [each for each in damages if each.shard is not None]


def two_datasets(study: Path) -> list[Made]:
    return [
        record(study, reference=True),
        record(study, Made(samples=12, seed=1), "field", keep="summaries"),
    ]


@SHARES
def test_after_a_power_cut_the_same_commands_end_in_the_same_study(tmp_path, share, tried):
    calm = tmp_path / "calm.study"
    two_datasets(calm)
    for study in left_by_cuts(tmp_path / "disk" / "made.study", two_datasets, share):
        no_shard_counts_that_is_not_whole(study)
        done = [finished(study, name) for name in ("lab", "field")]
        for data, shards in zip(two_datasets(study), done, strict=True):
            not_shown_again(data.read, shards)
        same_study(study, calm)
        tried("power cut while recording", "identical")


@SHARES
def test_a_power_cut_while_a_dataset_is_replaced_leaves_the_old_or_the_new_one(tmp_path, share, tried):
    calm = tmp_path / "calm.study"
    record(calm)
    old = ss.open_study(calm)["lab"].digest

    def replace(study: Path) -> Made:
        return record(study, Made(samples=20, seed=1), overwrite=True)

    replace(calm)
    new = ss.open_study(calm)["lab"].digest

    def both(study: Path) -> None:
        record(study)
        replace(study)

    for study in left_by_cuts(tmp_path / "disk" / "made.study", both, share):
        no_shard_counts_that_is_not_whole(study)
        found = ss.open_study(study) if (study / "study.json").exists() else {}
        if "lab" in found:
            assert found["lab"].digest in (old, new)
            assert found.verify().sound
        else:  # what the model answered is kept of the first set that was recorded
            record(study)
        replace(study)
        same_study(study, calm)
        tried("power cut while replacing", "identical")
