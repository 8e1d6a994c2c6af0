from __future__ import annotations

import pytest

from shiftscope.cli import command_line


def run(capsys, *words):
    try:
        command_line()([str(word) for word in words])
        status = 0
    except SystemExit as stopped:
        status = stopped.code or 0
    return status, capsys.readouterr().out


@pytest.fixture
def chunk(recorded):
    return recorded.path / "lab" / "responses.zarr" / "hidden" / "by_unit" / "c" / "0" / "0"


def test_a_sound_study_passes(recorded, capsys):
    status, told = run(capsys, "verify", recorded.path)
    assert status == 0
    assert "files are as they were written" in told


def test_damage_is_named_and_mended(recorded, chunk, capsys):
    before = chunk.read_bytes()
    chunk.write_bytes(before[:-1])
    status, told = run(capsys, "verify", recorded.path)
    assert status == 1
    assert "lab/responses.zarr/hidden/by_unit/c/0/0 differs from what was written" in told
    assert "--mend" in told
    assert chunk.read_bytes() != before, "nothing is written unless asked for"
    status, told = run(capsys, "verify", recorded.path, "--mend")
    assert status == 1
    assert "lab: mended" in told
    assert chunk.read_bytes() == before
    assert run(capsys, "verify", recorded.path)[0] == 0


def test_what_has_to_be_recorded_again_is_told(recorded, capsys):
    (recorded.path / "field" / "samples" / "00000.arrow").unlink()
    told = run(capsys, "verify", recorded.path, "--mend")[1]
    assert "field/samples/00000.arrow is missing" in told
    assert "field: the command that recorded it now records shard 0 again." in told
