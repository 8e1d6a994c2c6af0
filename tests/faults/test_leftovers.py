"""Files that break off or hold something else, and what killed processes leave lying about."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

import shiftscope as ss
from shiftscope.errors import StudyDamaged, StudyMismatch
from tests.conftest import Net, mostly_slow
from tests.faults.conftest import PROBED, Breaking, Interrupted, finished, record, same_study


@pytest.fixture(scope="module")
def _begun_once(tmp_path_factory):
    """What `begun` copies."""
    path = tmp_path_factory.mktemp("begun") / "made.study"
    with pytest.raises(Interrupted):
        record(path, Breaking(samples=20))
    assert finished(path) == {0, 1}
    return path


@pytest.fixture
def begun(tmp_path, _begun_once):
    """Two shards of three."""
    return shutil.copytree(_begun_once, tmp_path / "made.study")


GARBLED = [b"", b"{", b'{"plan": ', b"\x00" * 64, b"[]", b'"text"', b'{"plan": "another"}', b"\xff\xfe"]


@pytest.mark.parametrize("garbled", mostly_slow(GARBLED, quick=2))
def test_a_shard_whose_end_is_garbled_is_recorded_again_and_it_alone(begun, calm, garbled, tried):
    (begun / "lab/shards/00000.done").write_bytes(garbled)
    data = record(begun)
    assert set(data.read[PROBED:]) == {*range(8), *range(16, 20)}
    same_study(begun, calm)
    tried("garbled `.done`", "identical")


@pytest.mark.parametrize("garbled", mostly_slow([None, *GARBLED], quick=3))
def test_summaries_that_are_garbled_are_made_again(begun, calm, garbled, tried):
    path = begun / "lab/shards/00000.summaries"
    if garbled is None:
        path.unlink()
    else:
        path.write_bytes(garbled)
    data = record(begun)
    assert set(data.read[PROBED:]) == {*range(16, 20)}
    same_study(begun, calm)
    tried("garbled `.summaries`", "identical")


def test_summaries_that_break_off_anywhere_are_made_again(begun, calm, tmp_path, tried):
    whole = (begun / "lab/shards/00001.summaries").read_bytes()
    for size in range(1, len(whole), len(whole) // 6):
        study = tmp_path / f"{size}.study"
        shutil.copytree(begun, study)
        (study / "lab/shards/00001.summaries").write_bytes(whole[:size])
        record(study)
        same_study(study, calm)
        tried("garbled `.summaries`", "identical")


def test_without_responses_garbled_summaries_are_said(tmp_path, tried):
    study = tmp_path / "made.study"
    with pytest.raises(Interrupted):
        record(study, Breaking(samples=20), keep="summaries")
    (study / "lab/shards/00001.summaries").write_bytes(b"{")
    with pytest.raises(StudyDamaged, match=r"00001.summaries cannot be read"):
        record(study, keep="summaries")
    ss.open_study(study).verify(repair=True)
    assert finished(study) == {0, 2}
    data = record(study, keep="summaries")
    assert set(data.read[PROBED:]) == set(range(8, 16))
    record(tmp_path / "calm.study", keep="summaries")
    same_study(study, tmp_path / "calm.study")
    tried("garbled `.summaries`, nothing else kept", "resumable with an error, then identical")


LEFT = [
    ".study.json.0badcafe.part",
    ".head.safetensors.0badcafe.part",
    "lab/.recording.json.0badcafe.part",
    "lab/shards/.00002.done.0badcafe.part",
    "lab/responses.zarr/hidden/by_unit/zarr.0badcafe0badcafe0badcafe0badcafe.partial",
    "lab/responses.zarr/hidden/by_sample/c/2/.0.0badcafe.part",
    "lab/.summaries.zarr.0badcafe.gone/hidden/zarr.json",
    ".lab.0badcafe.gone/recording.json",
]


@pytest.mark.parametrize("when", ["begun", "complete"])
def test_what_killed_processes_left_is_swept_up(begun, calm, when, tried):
    if when == "complete":
        record(begun)
    for left in LEFT:
        (begun / left).parent.mkdir(parents=True, exist_ok=True)
        (begun / left).write_bytes(b"half")
    record(begun)
    same_study(begun, calm)
    assert ss.open_study(begun).verify().sound
    for _ in LEFT:
        tried("leftovers of killed processes", "identical")


def test_a_study_whose_making_was_killed_is_made_by_the_same_command(tmp_path, calm, tried):
    study = tmp_path / "made.study"
    study.mkdir()
    (study / ".study.json.0badcafe.part").write_text("{")
    record(study)
    same_study(study, calm)
    tried("leftovers of killed processes", "identical")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("")
    with pytest.raises(StudyMismatch, match="not empty"):
        ss.Study.create(tmp_path / "mine", Net())


@pytest.mark.skipif(os.name != "posix", reason="kills with a signal")
def test_a_lock_that_a_killed_process_held_is_free(begun, calm, tried):
    code = (
        "import os, signal, sys; from pathlib import Path; from shiftscope.store.disk.locks import recording_lock\n"
        "with recording_lock(Path(sys.argv[1]), 'lab'): os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code, begun]).returncode == -9
    assert (begun / ".locks/lab.lock").exists()
    record(begun)
    same_study(begun, calm)
    tried("stale locks", "identical")


@pytest.mark.parametrize("garbled", [b"", b"{", b"[]", b'{"plan": []}'])
def test_a_recording_whose_description_is_garbled_says_what_to_do(begun, calm, garbled, tried):
    (begun / "lab/recording.json").write_bytes(garbled)
    with pytest.raises(StudyDamaged, match=r"recording.json .*overwrite=True"):
        record(begun)
    tried("garbled `recording.json`", "refused with an error, then identical")
    record(begun, overwrite=True)
    same_study(begun, calm)
