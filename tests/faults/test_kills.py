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
from tests.conftest import mostly_slow
from tests.faults.conftest import MORE, SHARD, finished, not_shown_again, same_study
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
