"""SIGKILL at any moment, from the first batch to the manifest."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from tests.faults.conftest import finished, same_study

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="recordings are forked off a warm process")

KILLS = 20
SAMPLES = 120

# Imports once; each line of its input forks off one recording, whose number it prints.
WARM = """
    import json, os, sys, time
    import torch, zarr, pyarrow.parquet, filelock
    torch.set_num_threads(1)
    sys.path.insert(0, {tests!r})
    from conftest import Made, Net
    import shiftscope as ss
    import shiftscope.store.job, shiftscope.store.preparation, shiftscope.recording.head

    class Slow(Made):
        log = None
        def __getitem__(self, position):
            time.sleep(0.002)
            if self.log:
                self.log.write(f"{{position}} ")
                self.log.flush()
            return super().__getitem__(position)

    print("warm", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child:
            print(child, flush=True)
            status = os.waitpid(child, 0)[1]
            print(os.waitstatus_to_exitcode(status), flush=True)
            continue
        torch.manual_seed(0)
        study = ss.Study.create(asked["path"], Net(), "abcd", exist_ok=True)
        data = Slow(samples={samples}, seed=asked["seed"])
        data.log = open(asked["log"], "w")
        study.record(data, "lab", layers=["conv", "hidden"], batch_size=4, shard_samples=8,
                     overwrite=asked["overwrite"], progress=False)
        os._exit(0)
"""


class Recorder:
    """Recordings in processes of their own, each of which may be killed."""

    def __init__(self) -> None:
        code = textwrap.dedent(WARM).format(tests=str(Path(__file__).parents[1]), samples=SAMPLES)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([sys.executable, "-c", code], **pipes)
        assert self.process.stdout.readline() == "warm\n"

    def run(self, study: Path, *, seed: int = 0, overwrite: bool = False, killed_after: float | None = None):
        """Seconds it took and positions that the model was shown; None for the first where it was killed."""
        log = study.with_suffix(".log")
        log.write_text("")
        asked = {"path": str(study), "seed": seed, "overwrite": overwrite, "log": str(log)}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        started, child = time.perf_counter(), int(self.process.stdout.readline())
        if killed_after is not None:
            time.sleep(killed_after)
            with contextlib.suppress(ProcessLookupError):  # it was faster
                os.kill(child, signal.SIGKILL)
        code = int(self.process.stdout.readline())
        assert code in (0, -signal.SIGKILL), "the recording failed by itself"
        took = time.perf_counter() - started if code == 0 else None
        return took, [int(position) for position in log.read_text().split()]

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def recorder():
    made = Recorder()
    yield made
    made.close()


def positions(done: set[str]) -> set[int]:
    return {
        position
        for name in done
        for position in range(8 * int(Path(name).stem), 8 * int(Path(name).stem) + 8)
    }


def test_a_killed_recording_is_finished_by_the_same_command(recorder, tmp_path, tried):
    calm = tmp_path / "calm.study"
    took, _ = recorder.run(calm)
    rng = np.random.default_rng(0)
    kills, number = 0, 0
    while kills < KILLS:
        number += 1
        assert number < 30, "the kills came too late to hit anything"
        study = tmp_path / f"{number}.study"
        # The second half lies in the end of a recording, where all shards are put together.
        for share in rng.uniform(0.02, 1.1, 3):
            before = finished(study)
            ended, shown = recorder.run(study, killed_after=share * took)
            assert not set(shown[2:]) & positions(before), "finished shards were shown again"
            assert before <= finished(study), "finished shards were lost"
            kills += ended is None
        before = finished(study)
        _, shown = recorder.run(study)
        assert not set(shown[2:]) & positions(before)
        same_study(study, calm)
    for _ in range(kills):
        tried("SIGKILL while recording", "identical")


def test_a_killed_replacement_leaves_the_old_dataset_or_the_new_one(recorder, tmp_path, tried):
    import shiftscope as ss

    calm = tmp_path / "calm.study"
    recorder.run(calm, seed=0)
    old = ss.open_study(calm)["lab"].digest
    took, _ = recorder.run(calm, seed=1, overwrite=True)
    new = ss.open_study(calm)["lab"].digest
    assert old != new
    study = tmp_path / "killed.study"
    recorder.run(study, seed=0)
    kills = 0
    for share in np.random.default_rng(1).uniform(0.3, 1.1, 12):
        ended, _ = recorder.run(study, seed=1, overwrite=True, killed_after=share * took)
        kills += ended is None
        recording = ss.open_study(study)["lab"]
        assert recording.digest in (old, new)
        assert len(recording.responses("hidden")) == SAMPLES
    assert kills >= 4
    recorder.run(study, seed=1, overwrite=True)
    same_study(study, calm)
    for _ in range(kills):
        tried("SIGKILL while replacing", "identical")
