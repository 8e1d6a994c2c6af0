"""SIGKILL at any moment, from the first file to the manifest."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import shiftscope as ss
from shiftscope.errors import NotInStudy
from tests.conftest import Made, mostly_slow
from tests.faults.conftest import MORE, SHARD, counted_once, finished, not_shown_again, record, same_study
from tests.faults.recorder import SAMPLES, Ended, Recorder
from tests.test_record import contents

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="recordings are forked off a warm process")

KILLS = 5 * MORE  # in each share
SHARES = pytest.mark.parametrize("share", mostly_slow(range(4)))  # of the moments


@pytest.fixture(scope="module")
def recorder():
    made = Recorder()
    yield made
    made.close()


@pytest.fixture(scope="module")
def calm_run(recorder, tmp_path_factory):
    """A study that nothing disturbed, and how its recording went."""
    calm = tmp_path_factory.mktemp("calm") / "calm.study"
    return calm, recorder.run(calm)


def step(recorder: Recorder, study: Path, **kill: float) -> Ended:
    """One try, which loses nothing that was finished and does nothing twice."""
    done = finished(study)
    ended = recorder.run(study, **kill)
    assert done <= finished(study), "a finished shard was lost"
    not_shown_again(ended.read, done)
    return ended


@SHARES
def test_a_recording_killed_at_any_moment_is_finished_by_the_same_command(
    recorder, calm_run, tmp_path, share, tried
):
    (calm, ran), rng, kills = calm_run, np.random.default_rng(share), 0
    for number in range(4 * KILLS):
        study = tmp_path / f"{number}.study"
        for part in rng.uniform(0.02, 0.9, 4):
            kills += step(recorder, study, killed_after=part * ran.seconds).killed
        assert not step(recorder, study).killed
        same_study(study, calm)
        if kills >= KILLS:
            break
    assert kills >= KILLS, "the kills came too late to hit anything"
    for _ in range(kills):
        tried("SIGKILL while recording", "identical")


@SHARES
def test_a_recording_killed_while_all_is_put_together_is_finished_by_the_same_command(
    recorder, calm_run, tmp_path, share, tried
):
    """Between the last shard and the manifest, change by change of the disk."""
    calm, ran = calm_run
    moments = np.random.default_rng(1).choice(range(ran.sealing, ran.changes - 3), 8 * MORE, replace=False)
    for last in sorted(moments)[share::4]:
        study = tmp_path / f"{last}.study"
        assert step(recorder, study, killed_before=int(last)).killed
        assert len(finished(study)) == SAMPLES // SHARD
        assert set(step(recorder, study).read) == {0, 1}  # to see what they are
        same_study(study, calm)
        tried("SIGKILL while sealing", "identical")


@SHARES
def test_a_replacement_killed_at_any_moment_leaves_the_old_dataset_or_the_new_one(
    recorder, tmp_path, share, tried
):
    calm, study = tmp_path / "calm.study", tmp_path / "killed.study"
    recorder.run(calm)
    before = contents(calm)
    old = ss.open_study(calm)["lab"].digest
    total = recorder.run(calm, seed=1, overwrite=True).changes
    new = ss.open_study(calm)["lab"].digest
    assert old != new
    # The end, where one takes the place of the other, is tried most densely.
    moments = {*np.linspace(total // 8, total - 40, 2 * MORE).astype(int), *range(total - 35, total - 4, 8)}
    for last in sorted(map(int, moments))[share::4]:
        for name, content in before.items():
            (study / name).parent.mkdir(parents=True, exist_ok=True)
            (study / name).write_bytes(content)
        assert recorder.run(study, seed=1, overwrite=True, killed_before=last).killed
        found = ss.open_study(study)
        assert found["lab"].digest in (old, new)
        assert found.verify().sound
        again = recorder.run(study, seed=1, overwrite=found["lab"].digest == old)
        if found["lab"].digest == new:
            assert set(again.read) == {0, 1}
        same_study(study, calm)
        tried("SIGKILL while replacing", "old or new readable, then identical")
        shutil.rmtree(study)


@pytest.fixture(scope="module")
def two_sets(tmp_path_factory):
    """A study of two datasets, one of them renamed, with codes of a derived layer and scores of both."""
    path = tmp_path_factory.mktemp("two") / "two.study"
    record(path)
    record(path, Made(samples=20, seed=1), "field")
    study = ss.open_study(path)
    study.derive("hidden", "pca", size=2, progress=False)
    study.scores("hidden")
    study.rename("field", "outside")
    return path


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        (("remove", "outside"), ["lab", "outside"], ["lab"]),
        (("rename", "outside", "far"), ["lab", "outside"], ["lab", "far"]),
        (("reorder", ["outside", "lab"]), ["lab", "outside"], ["lab", "outside"]),
    ],
)
def test_a_change_of_the_datasets_killed_at_any_moment_is_finished_by_the_same_call(
    recorder, two_sets, tmp_path, verb, before, after, tried
):
    calm = Path(shutil.copytree(two_sets, tmp_path / "calm.study"))
    total = recorder.run(calm, verb=verb).changes
    moments = {1, 2, 3, 4, total - 1, total} | set(np.linspace(5, total, 6 * MORE).astype(int).tolist())
    for last in sorted(moment for moment in moments if moment <= total):
        study = Path(shutil.copytree(two_sets, tmp_path / f"{last}.study"))
        assert recorder.run(study, verb=verb, killed_before=last).killed
        found = ss.open_study(study)
        assert found.datasets in (before, after)
        counted_once(found)
        assert found.verify().sound
        assert set(found.results()["state"]) <= {"fresh", "a dataset that it rests on is gone"}
        if verb[0] != "rename" or found.datasets == before:
            try:
                getattr(found, verb[0])(*verb[1:])
            except NotInStudy:  # nothing was left to be done
                assert verb[0] == "remove"
        same_study(study, calm)
        tried(f"SIGKILL in {verb[0]}", "old or new readable, then identical")


MODULE = """
import torch
from tests.conftest import Net

def net():
    torch.manual_seed(0)
    return Net()
"""


@pytest.mark.slow
def test_a_killed_command_is_finished_by_the_same_command(tmp_path, tried):
    """A whole process of `shiftscope record`, killed while it writes its shards."""
    images = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 3), np.uint8)
    np.savez(tmp_path / "images.npz", images=images, labels=np.arange(40) % 4)
    (tmp_path / "small.py").write_text(MODULE)
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])

    words = ["--model", "small:net", "--data", "npz:images.npz", "--name", "lab", "--layers=hidden"]
    words += ["--shard-samples", str(SHARD)]

    def start(study: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "shiftscope", "record", study, *words]
        return subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": path})

    assert start("calm.study").wait(200) == 0
    study = tmp_path / "killed.study"
    process = start(study.name)
    while len(finished(study)) < 2 and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it was over before it was killed"
    assert start(study.name).wait(200) == 0
    same_study(study, tmp_path / "calm.study")
    tried("SIGKILL of `shiftscope record`", "identical")
