from __future__ import annotations

import pytest


@pytest.fixture
def chunk(recorded):
    (found, *_) = sorted(recorded.glob("*/responses.zarr/hidden/by_unit/c/0/0"))
    return found


def test_a_sound_study_passes(run, recorded):
    answer = run("verify", recorded)
    assert answer.status == 0
    assert "files as written" in answer.out


@pytest.mark.parametrize("option", ["--repair", "--mend"])  # the older name stays
def test_damage_is_named_and_repaired(run, recorded, chunk, option):
    before, name = chunk.read_bytes(), chunk.relative_to(recorded).as_posix()
    chunk.write_bytes(before[:-1])
    answer = run("verify", recorded)
    assert answer.status == 1
    assert f"{name} differs from what was written" in answer.out
    assert "--repair" in answer.out
    assert chunk.read_bytes() != before, "nothing is written unless asked for"
    answer = run("verify", recorded, option)
    assert answer.status == 1
    assert ": repaired" in answer.out
    assert chunk.read_bytes() == before
    assert run("verify", recorded).status == 0


def test_what_has_to_be_recorded_again_is_told(run, recorded, chunk):
    folder = chunk.relative_to(recorded).parts[0]
    (recorded / folder / "samples" / "00000.arrow").unlink()
    answer = run("verify", recorded, "--repair")
    assert f"{folder}/samples/00000.arrow is missing" in answer.out
    assert f"{folder}: the command that recorded it now records shard 0 again." in answer.out
